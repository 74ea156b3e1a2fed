# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks' peer: the same steps in eager PyTorch, torchvision, scikit-learn, imbalanced-learn, pandas or pyarrow, on one
core. Prints one figure: steps, images, new rows, evaluations or megabytes a second."""
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")



def csv(name, times):
    path = os.environ["DESCENT_BENCH_DATA"]
    if name == "csv-pandas":
        import pandas

        def read():
            return pandas.read_csv(path)
    else:
        from pyarrow import csv as arrow

        def read():
            return arrow.read_csv(path, read_options=arrow.ReadOptions(use_threads=False))
    best = 0
    for _ in range(times):
        start = time.perf_counter()
        read()
        best = max(best, 1e-6 * os.path.getsize(path) / (time.perf_counter() - start))
    return best


def metrics(which, times):
    import numpy as np
    from sklearn import metrics as of

    path = os.environ["DESCENT_BENCH_DATA"]
    scores = np.fromfile(path, np.float32).reshape(-1, 10)
    truth = np.fromfile(path + ".truth", np.int64)

    def usual():
        said = scores.argmax(1)
        return of.accuracy_score(truth, said), of.f1_score(truth, said, average="macro")

    def every():
        said = scores.argmax(1)
        parts = np.exp(scores - scores.max(1, keepdims=True))
        p = (parts / parts.sum(1, keepdims=True)).astype(np.float64)
        p /= p.sum(1, keepdims=True)
        return (*usual(), of.balanced_accuracy_score(truth, said), of.precision_score(truth, said, average="macro"),
                of.recall_score(truth, said, average="macro"), of.matthews_corrcoef(truth, said), of.log_loss(truth, p),
                of.roc_auc_score(truth, p, multi_class="ovr"), of.average_precision_score(truth, p, average="macro"),
                of.top_k_accuracy_score(truth, p, k=5))

    work = usual if which == "usual" else every
    work()
    start = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - start)


def samplers(which, count):
    """Optuna's median regret after 60 trials over seeds, or the milliseconds it thinks over 1,000 trials."""
    import math
    import warnings

    import numpy as np
    import optuna
    import torch

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    kind, name = which.split("-")
    make = {"tpe": optuna.samplers.TPESampler, "gp": optuna.samplers.GPSampler, "cmaes": optuna.samplers.CmaEsSampler,
            "nsgaii": optuna.samplers.NSGAIISampler}[kind]
    a = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
    p = 1e-4 * np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                         [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])

    def box(trial, n, low, high):
        return np.array([trial.suggest_float(f"x{i}", low, high) for i in range(n)])

    def branin(trial):
        x, y = trial.suggest_float("x0", -5, 10), trial.suggest_float("x1", 0, 15)
        return ((y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2
                + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.39788735772973816)

    def hartmann6(trial):
        x = box(trial, 6, 0, 1)
        return float(3.322368011415512 - np.dot([1, 1.2, 3, 3.2], np.exp(-(a * (x - p) ** 2).sum(1))))

    def ackley10(trial):
        x = box(trial, 10, -32.768, 32.768) - 3
        return float(-20 * math.exp(-0.2 * math.sqrt((x**2).mean())) - math.exp(np.cos(2 * math.pi * x).mean()) + 20 + math.e)

    def rosenbrock5(trial):
        x = box(trial, 5, -2, 2)
        sum_ = float((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum())
        kind_a, kind_b = trial.suggest_categorical("a", ["p", "q", "r"]), trial.suggest_categorical("b", ["u", "v"])
        return sum_ * {"p": 1, "q": 1.5, "r": 3}[kind_a] + {"u": 0, "v": 5}[kind_b] + {"p": 2, "q": 0, "r": 1}[kind_a]

    # The second set: held out while settings were chosen.
    def camel(trial):
        x, y = trial.suggest_float("x0", -3, 3), trial.suggest_float("x1", -2, 2)
        return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2 + 1.0316284534898774

    def hartmann3(trial):
        x = box(trial, 3, 0, 1)
        a3 = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
        p3 = 1e-4 * np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
        return float(3.86278214782076 - np.dot([1, 1.2, 3, 3.2], np.exp(-(a3 * (x - p3) ** 2).sum(1))))

    def levy6(trial):
        w = 1 + (box(trial, 6, -10, 10) - 1) / 4
        waves = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
        return float(math.sin(math.pi * w[0]) ** 2 + waves + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2))

    def styblinski5(trial):
        x = box(trial, 5, -5, 5)
        return float((x**4 - 16 * x**2 + 5 * x).sum() / 2 + 5 * 39.16616570377142)

    def rates4(trial):
        lr = math.log10(trial.suggest_float("lr", 1e-5, 1, log=True))
        decay = math.log10(trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True))
        layers = trial.suggest_int("layers", 1, 8)
        kind = trial.suggest_categorical("optimizer", ["sgd", "adam", "rmsprop"])
        best, width, floor = {"sgd": (-1, 0.8, 0.1), "adam": (-2.6, 0.5, 0), "rmsprop": (-3.2, 0.4, 0.05)}[kind]
        off = (lr - best) / width + 0.15 * (layers - 3)
        return floor + 1 - math.exp(-off * off / 2) + 0.03 * (decay + 3.5) ** 2 + 0.02 * (layers - 4) ** 2

    held_out = ["camel", "hartmann3", "levy6", "styblinski5", "rates4"]

    def recorded(name):
        """The value of the nearest point in our own table of that name, above the table's best."""
        import json
        import pathlib

        table = json.loads((pathlib.Path(__file__).parent.parent / "golden/tuning_tables.json").read_text())[name]
        ranges, rows = table["parameters"], table["rows"]
        values = np.array([row[-1] for row in rows])
        scaled = {"log": np.log, "reverse_log": lambda x: -np.log1p(-x)}

        def distance(each, column, at):
            if "values" in each:
                return np.array([float(cell != at) for cell in column])
            scale = scaled.get(each.get("scale"), lambda x: x)
            width = scale(float(each["max"])) - scale(float(each["min"]))
            return ((scale(np.array(column, float)) - scale(float(at))) / width) ** 2

        def suggest(trial, each):
            if "values" in each:
                return trial.suggest_categorical(each["path"], each["values"])
            ask = trial.suggest_int if each["type"] == "integer" else trial.suggest_float
            return ask(each["path"], each["min"], each["max"], log=each.get("scale") == "log")

        def objective(trial):
            apart = sum(distance(each, [row[i] for row in rows], suggest(trial, each)) for i, each in enumerate(ranges))
            return float(values[apart.argmin()] - values.min())

        return objective

    if name == "thinking":
        space = {f"x{i}": optuna.distributions.FloatDistribution(0, 1) for i in range(6)}
        rng = np.random.RandomState(0)
        study = optuna.create_study(sampler=make(seed=0))
        if kind in ("cmaes", "nsgaii"):
            study.optimize(hartmann6, n_trials=1000)
        for row in rng.rand(1000 if kind in ("tpe", "gp") else 0, 6):
            value = float(3.322368011415512 - np.dot([1, 1.2, 3, 3.2], np.exp(-(a * (row - p) ** 2).sum(1))))
            study.add_trial(optuna.trial.create_trial(params={f"x{i}": float(v) for i, v in enumerate(row)},
                                                      distributions=space, value=value))
        times = []
        for _ in range(count):
            start = time.perf_counter()
            trial = study.ask(space)
            times.append(1000 * (time.perf_counter() - start))
            study.tell(trial, 1.0)
        return float(np.median(times))
    function = locals()[name] if name in locals() else recorded(name)
    found = []
    first = 100 if name in held_out else 0
    for seed in range(first, first + count):
        study = optuna.create_study(sampler=make(seed=seed))
        study.optimize(function, n_trials=60)
        found.append(study.best_value)
    return float(np.median(found))


if sys.argv[1].startswith("samplers-"):
    print(samplers(sys.argv[1].removeprefix("samplers-"), int(sys.argv[2])))
    sys.exit()
if sys.argv[1].startswith("metrics-"):
    print(metrics(sys.argv[1].removeprefix("metrics-"), int(sys.argv[2])))
    sys.exit()

if sys.argv[1].startswith("csv-"):
    # Without the seconds that the import of PyTorch takes.
    print(csv(sys.argv[1], int(sys.argv[2])))
    sys.exit()

import torch
from torch import nn


def spirals():
    """1,000 points of two arms, 700 of which train; which points they are does not matter for the time."""
    turn = torch.rand(1000) * 3 + 0.3
    label = torch.arange(1000) % 2
    angle = 3 * turn + 3.1416 * label
    points = torch.stack([turn * angle.cos(), turn * angle.sin()], 1) + 0.05 * torch.randn(1000, 2)
    return points[:700], label[:700], points[700:850], label[700:850]


def small_net():
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))


def tune_worker(storage, epochs, trials, number):
    """One worker of a study: the usual objective, whose evaluations are not even reported on the way."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    torch.set_num_threads(1)
    points, labels, others, truths = spirals()

    def objective(trial):
        net, loss_of = small_net(), nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(net.parameters(), lr=trial.suggest_float("lr", 1e-4, 0.1, log=True),
                                     weight_decay=trial.suggest_float("weight_decay", 1e-6, 0.01, log=True))
        for _ in range(epochs):
            net.train()
            for now in torch.randperm(700).split(32):
                optimizer.zero_grad()
                loss = loss_of(net(points[now]), labels[now])
                loss.backward()
                optimizer.step()
            net.eval()
            with torch.no_grad():
                accuracy = (net(others).argmax(1) == truths).float().mean().item()
        return accuracy

    backend = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(storage))
    study = optuna.load_study(study_name="bench", storage=backend, sampler=optuna.samplers.RandomSampler(seed=number))
    study.optimize(objective, callbacks=[optuna.study.MaxTrialsCallback(trials, states=None)])


def tune(workers, epochs, trials):
    """A study with so many processes over one journal, from its creation to its end; in studies an hour."""
    import subprocess
    import tempfile

    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        storage = folder + "/journal.log"
        backend = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(storage))
        optuna.create_study(study_name="bench", storage=backend, direction="maximize")
        processes = [subprocess.Popen([sys.executable, __file__, "tune-worker", str(trials), storage, str(epochs), str(number)])
                     for number in range(workers)]
        assert all(process.wait() == 0 for process in processes)
        done = optuna.load_study(study_name="bench", storage=backend).trials
        assert len(done) >= trials
    return 3600 / (time.perf_counter() - start) * len(done) / trials


def stacked(models, steps):
    """So many small networks as one: weights [models, inputs, outputs], torch.baddbmm, rates of their own for Adam."""
    points, labels, _, _ = spirals()
    sizes = [(2, 16), (16, 16), (16, 2)]
    weights = [torch.randn(models, a, b).div_(a ** 0.5).requires_grad_() for a, b in sizes]
    biases = [torch.zeros(models, 1, b, requires_grad=True) for _, b in sizes]
    parameters = weights + biases
    rates = torch.logspace(-4, -2, models)[:, None, None]
    first, second = [torch.zeros_like(p) for p in parameters], [torch.zeros_like(p) for p in parameters]
    loss_of = nn.CrossEntropyLoss(reduction="sum")

    def step(number):
        now = torch.randint(0, 700, (models, 32))
        values = points[now]
        for layer in range(3):
            values = torch.baddbmm(biases[layer], values, weights[layer])
            if layer < 2:
                values = values.relu()
        loss = loss_of(values.flatten(0, 1), labels[now].flatten()) / 32
        slopes = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g, m, v in zip(parameters, slopes, first, second):
                m.lerp_(g, 0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p.sub_(rates * (m / (1 - 0.9 ** number)) / ((v / (1 - 0.999 ** number)).sqrt() + 1e-8))

    for number in range(1, 11):
        step(number)
    start = time.perf_counter()
    for number in range(11, steps + 11):
        step(number)
    return models * steps / (time.perf_counter() - start)


def measure(net, inputs, targets, batch, steps):
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    loss_of = nn.CrossEntropyLoss()
    rows = len(inputs)
    order, place = torch.randperm(rows, device=inputs.device), 0

    def step():
        nonlocal order, place
        if place + batch > rows:
            order, place = torch.randperm(rows, device=inputs.device), 0
        now = order[place:place + batch]
        place += batch
        optimizer.zero_grad()
        loss = loss_of(net(inputs[now]), targets[now])
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(steps // 10 + 1):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return steps / (time.perf_counter() - start)


def on_gpu(name, steps):
    """The same steps on a GPU, the data already there; float32 multiplies as PyTorch's defaults say."""
    if name == "gpu-mlp":
        net, shape, classes, batch = (nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2)),
                                      (4113, 2), 2, 32)
    elif name == "gpu-cnn":
        net, shape, classes, batch = (nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                                    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                                    nn.Linear(32 * 7 * 7, 10)), (10800, 1, 28, 28), 10, 64)
    else:
        net, shape, classes, batch = deep("step-resnet").to(memory_format=torch.channels_last), (2700, 3, 32, 32), 10, 64
    net.cuda()
    inputs, targets = torch.randn(shape, device="cuda"), torch.randint(0, classes, shape[:1], device="cuda")
    if "resnet" not in name:
        return measure(net, inputs, targets, batch, steps)
    inputs = inputs.to(memory_format=torch.channels_last)

    def halves(x):
        with torch.autocast("cuda", torch.bfloat16):
            return net(x)

    run = torch.compile(halves) if name.endswith("compiled") else halves
    run.parameters = net.parameters
    return measure(run, inputs, targets, batch, steps)


def loader(steps):
    from torchvision.transforms import v2

    images = torch.randint(0, 256, (30000, 1, 28, 28), dtype=torch.uint8)
    change = v2.Compose([v2.RandomCrop(28, padding=4), v2.RandomHorizontalFlip(0.5), v2.RandomRotation(15),
                         v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.286], [0.353])])

    class Pictures(torch.utils.data.Dataset):
        def __len__(self):
            return len(images)

        def __getitem__(self, row):
            return change(images[row]), 0

    batches = iter(torch.utils.data.DataLoader(Pictures(), batch_size=64, shuffle=True))
    next(batches)
    start = time.perf_counter()
    count = sum(len(next(batches)[0]) for _ in range(min(steps, 100)))
    return count / (time.perf_counter() - start)


def jpeg(pictures):
    from torchvision import datasets, io
    from torchvision.transforms import v2

    change = v2.Compose([v2.RandomResizedCrop(224), v2.RandomHorizontalFlip(0.5), v2.ToDtype(torch.float32, scale=True),
                         v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    # Decoding to tensors is faster than by way of PIL.
    folder = datasets.ImageFolder(os.environ["DESCENT_BENCH_DATA"], transform=change,
                                  loader=lambda path: io.decode_jpeg(io.read_file(path)))
    batches = torch.utils.data.DataLoader(folder, batch_size=64, shuffle=True)
    start = time.perf_counter()
    count = sum(len(images) for images, _ in batches)
    assert count == pictures
    return count / (time.perf_counter() - start)


def smote(features, rare):
    import numpy as np
    from imblearn.over_sampling import SMOTE

    rng = np.random.default_rng(0)
    points = rng.standard_normal((100000, features)).astype(np.float32)
    labels = (np.arange(100000) < rare).astype(np.int64)
    points[labels == 1] += 1
    start = time.perf_counter()
    made, _ = SMOTE(random_state=0).fit_resample(points, labels)
    return (len(made) - len(points)) / (time.perf_counter() - start)


def deep(name):
    if name == "step-resnet":
        from torchvision.models import resnet18

        net = resnet18(num_classes=10)
        net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
        return net

    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            if name == "step-lstm":
                self.rnn, self.fc = nn.LSTM(28, 128, batch_first=True), nn.Linear(128, 10)
                return
            layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
            self.embed, self.encoder, self.fc = nn.Linear(28, 64), nn.TransformerEncoder(layer, 2), nn.Linear(64, 10)
            angles = torch.arange(28)[:, None] * 10000.0 ** (-torch.arange(0, 64, 2) / 64)
            self.waves = torch.stack([angles.sin(), angles.cos()], 2).flatten(1)

        def forward(self, x):
            x = x.flatten(1, -2).transpose(1, 2)
            if name == "step-lstm":
                return self.fc(self.rnn(x)[1][0][-1])
            return self.fc(self.encoder(self.embed(x) + self.waves).mean(1))

    return Steps()


def ddp(ranks, steps):
    """Steps a second of DistributedDataParallel over Gloo: processes of one thread each, this one the first."""
    import tempfile
    import torch.distributed as dist
    with tempfile.TemporaryDirectory() as folder:
        rank = next((r for r in range(1, ranks) if os.fork() == 0), 0)
        torch.set_num_threads(1)
        dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=ranks)
        net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
                            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 7 * 7, 10))
        net = nn.parallel.DistributedDataParallel(net)
        speed = measure(net, torch.randn(6400, 1, 28, 28), torch.randint(0, 10, (6400,)), 64, steps)
        dist.barrier()
        if rank > 0:
            os._exit(0)
        dist.destroy_process_group()
        return speed


def main():
    name, steps = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(1)
    if name == "step-mlp":
        net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2))
        print(measure(net, torch.randn(3200, 2), torch.randint(0, 2, (3200,)), 32, steps))
    elif name == "step-cnn":
        net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
                            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 7 * 7, 10))
        print(measure(net, torch.randn(6400, 1, 28, 28), torch.randint(0, 10, (6400,)), 64, steps))
    elif name.startswith("ddp-"):
        print(ddp(int(name.removeprefix("ddp-")), steps))
    elif name in ("step-resnet", "step-lstm", "step-transformer"):
        sides = (3, 32, 32) if name == "step-resnet" else (1, 28, 28)
        print(measure(deep(name), torch.randn(2700, *sides), torch.randint(0, 10, (2700,)), 64, steps))
    elif name.startswith("gpu-"):
        print(on_gpu(name, steps))
    elif name == "tune-worker":
        tune_worker(sys.argv[3], int(sys.argv[4]), steps, int(sys.argv[5]))
    elif name.startswith("tune-"):
        workers, epochs = name.removeprefix("tune-").split("-")
        print(tune(int(workers), int(epochs), steps))
    elif name.startswith("batched-"):
        print(stacked(int(name.removeprefix("batched-")), steps))
    elif name == "loader":
        print(loader(steps))
    elif name == "jpeg":
        print(jpeg(steps))
    elif name.startswith("smote-"):
        print(smote(int(name.removeprefix("smote-")), steps))
    else:
        sys.exit("unknown: " + name)


main()
