# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tuning_tables.json: what small networks came to at points by chance, recorded from runs of descent-cli (its path is
the first argument; the second, how many points of each table, default 300; more are the names of tables to record anew, default
all). Strategies are tried on them as on functions: a point's value is that of the nearest one recorded."""
import json
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
cli, jobs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
file = here / "tuning_tables.json"
LR = {"path": "train.optimizer.lr", "type": "continuous", "min": 1e-4, "max": 1, "scale": "log"}
BATCH = {"path": "train.batch_size", "type": "categorical", "values": [8, 16, 32, 64]}
OPTIMIZER = {"path": "train.optimizer", "type": "categorical", "values": ["sgd", "adam", "rmsprop"]}
TABLES = {
    # A network that is to follow two spirals in a few epochs.
    "spirals_mlp": ({"data": {"source": "spirals", "rows": 400}, "model": {"kind": "mlp", "num_layers": 2, "hidden": 16},
                     "train": {"epochs": 15, "optimizer": {"kind": "adam"}}},
                    [LR, BATCH, {"path": "model.num_layers", "type": "integer", "min": 1, "max": 4},
                     {"path": "model.dropout", "type": "continuous", "min": 0, "max": 0.5},
                     {"path": "model.activation", "type": "categorical", "values": ["relu", "tanh", "gelu"]}]),
    # Three kinds of penguins by their measures: rate, decay and noise of a small network.
    "penguins_mlp": ({"data": {"source": "penguins", "missing": "mean"}, "model": {"kind": "mlp", "num_layers": 1, "hidden": 8},
                      "train": {"epochs": 6, "optimizer": {"kind": "sgd"}}},
                     [LR, BATCH, OPTIMIZER,
                      {"path": "train.optimizer.weight_decay", "type": "continuous", "min": 1e-6, "max": 1e-1, "scale": "log"},
                      {"path": "model.dropout", "type": "continuous", "min": 0, "max": 0.6}]),
    # Pictures of clothes, too few for a network of convolutions to learn them all.
    "fashion_cnn": ({"data": {"source": "fashion-mnist", "rows": 400}, "model": {"kind": "cnn", "channels": [8], "hidden": [16]},
                     "train": {"epochs": 3, "optimizer": {"kind": "sgd"}}},
                    [LR, BATCH,
                     {"path": "train.optimizer.momentum", "type": "continuous", "min": 0, "max": 0.99, "scale": "reverse_log"},
                     {"path": "train.optimizer.weight_decay", "type": "continuous", "min": 1e-6, "max": 1e-1, "scale": "log"},
                     {"path": "model.dropout", "type": "continuous", "min": 0, "max": 0.6}]),
}
anew = sys.argv[3:] or list(TABLES)
made = {} if len(anew) == len(TABLES) else json.loads(file.read_text())
for name, (experiment, parameters) in TABLES.items():
    if name not in anew:
        continue
    experiment["split"] = {"seed": 1}
    experiment["train"].update(seed=1, threads=1)
    experiment["tuning"] = {"strategy": "Random", "objective": {"metric": "validation/loss", "goal": "minimize"}, "max_jobs": jobs,
                            "max_parallel_jobs": 1, "seed": 1, "parameters": parameters}
    with tempfile.TemporaryDirectory() as folder:
        study = pathlib.Path(folder) / "table.experiment.json"
        study.write_text(json.dumps(experiment))
        told = subprocess.run([cli, "tune", str(study), "--runs", folder, "--json"], stdout=subprocess.PIPE, check=True)
    rows = []
    for trial in json.loads(told.stdout)["trials"]:
        # A run whose loss left all bounds has no value; it counts as the worst.
        value = trial["value"] if isinstance(trial["value"], (int, float)) else None
        rows.append([trial["parameters"].get(each["path"]) for each in parameters] + [value])
    worst = max(row[-1] for row in rows if row[-1] is not None)
    rows = [[float(f"{cell:.4g}") if isinstance(cell, float) else cell for cell in row[:-1]] +
            [float(f"{worst if row[-1] is None else row[-1]:.4g}")] for row in rows]
    made[name] = {"parameters": parameters, "rows": rows}
    print(name, len(rows), "best", min(row[-1] for row in rows), "worst", worst)
lines = [f'"{name}": {{"parameters": {json.dumps(table["parameters"])}, "rows": [\n' +
         ",\n".join(json.dumps(row) for row in table["rows"]) + "]}" for name, table in sorted(made.items())]
file.write_text("{" + ",\n".join(lines) + "}\n")
