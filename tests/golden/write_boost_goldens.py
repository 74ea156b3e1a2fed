# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what XGBoost's own Python package predicts, for the tests to compare with.

    python3 tests/golden/write_boost_goldens.py        # needs xgboost and numpy; written with xgboost 1.7.6
"""
import json
import math
import pathlib

import numpy
import xgboost

HERE = pathlib.Path(__file__).parent
ROWS, FEATURES, ROUNDS = 80, 3, 15


def wave(count, salt):
    """Numbers that the tests make in the same way."""
    return [math.sin(0.7 * i + salt) for i in range(count)]


def rows(salt, missing):
    values = numpy.array(wave(ROWS * FEATURES, salt), numpy.float32).reshape(ROWS, FEATURES)
    if missing:
        values.reshape(-1)[::missing] = numpy.nan
    return values


def targets(outputs):
    """A number, or one of two or three classes, of a wave that the features know half of."""
    sums = [a + b for a, b in zip(wave(ROWS * FEATURES, 0.5)[::FEATURES], wave(ROWS, 2.5))]
    if outputs == 1:
        return sums
    return [int(s > 0) for s in sums] if outputs == 2 else [int(s > -0.5) + int(s > 0.5) for s in sums]


CASES = [
    (1, 0, {}), (2, 0, {}), (3, 0, {}),
    (1, 0, {"eta": 0.1, "max_depth": 3, "lambda": 0.2, "base_score": 1.5}),
    (2, 0, {"eta": 0.5, "max_depth": 2, "alpha": 0.3, "scale_pos_weight": 2.5, "base_score": 0.3}),
    (2, 0, {"min_child_weight": 3, "gamma": 0.5, "max_delta_step": 0.7}),
    (3, 0, {"eta": 0.2, "max_depth": 4, "min_child_weight": 0.5, "max_bin": 16}),
    (1, 0, {"tree_method": "exact", "max_depth": 5}), (3, 0, {"tree_method": "exact", "gamma": 0.2}),
    (2, 0, {"tree_method": "approx", "max_bin": 32}),
    (1, 5, {}), (2, 7, {"max_depth": 3}), (3, 4, {"tree_method": "exact", "max_depth": 3}),
]


def predictions(outputs, missing, params):
    objective = {1: "reg:squarederror", 2: "binary:logistic", 3: "multi:softprob"}[outputs]
    settings = {"objective": objective, "tree_method": "hist", "nthread": 1, **params}
    if outputs == 3:
        settings["num_class"] = 3
    seen = xgboost.DMatrix(rows(0.5, missing), targets(outputs))
    booster = xgboost.train(settings, seen, ROUNDS)
    new = booster.predict(xgboost.DMatrix(rows(4.5, missing)), output_margin=True)
    return [float(f"{value:.7g}") for value in new.reshape(-1)]


(HERE / "boosting.json").write_text("[\n" + ",\n".join(
    json.dumps({"outputs": outputs, "missing": missing, "params": params, "rounds": ROUNDS, "rows": ROWS,
                "margins": predictions(outputs, missing, params)})
    for outputs, missing, params in CASES) + "\n]\n")
