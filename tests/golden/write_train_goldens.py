# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what PyTorch computes for optimizers, schedules and networks, for the tests to compare with.

    python3 tests/golden/write_train_goldens.py        # needs torch and fastai (--no-deps);
                                                        # written with 2.11.0 and 2.8.4
"""
import ast
import importlib.util
import json
import math
import pathlib

import numpy as np
import torch
from torch import nn
from torch.optim import lr_scheduler

HERE = pathlib.Path(__file__).parent
STEPS = 40


def wave(count, salt):
    """Numbers that the tests make in the same way."""
    return [math.sin(0.7 * i + salt) for i in range(count)]


def write(name, cases):
    (HERE / name).write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


# Optimizers: given gradients on a 3×2 and a 3 tensor; `late` steps without a gradient for the second one.

OPTIMIZERS = [
    ("sgd", torch.optim.SGD, [
        {}, {"lr": 0.1}, {"lr": 0.05, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01},
        {"lr": 0.02, "momentum": 0.5, "dampening": 0.2, "late": 3}]),
    ("adam", torch.optim.Adam, [
        {}, {"lr": 0.05}, {"lr": 0.01, "betas": [0.8, 0.95], "eps": 1e-4}, {"lr": 0.02, "weight_decay": 0.1, "late": 5}]),
    ("adamw", torch.optim.AdamW, [
        {}, {"lr": 0.05, "weight_decay": 0.1}, {"lr": 0.01, "betas": [0.5, 0.9], "eps": 1e-6, "weight_decay": 0}]),
    ("rmsprop", torch.optim.RMSprop, [
        {}, {"lr": 0.003, "alpha": 0.9, "eps": 1e-6}, {"lr": 0.01, "centered": True}, {"lr": 0.005, "momentum": 0.9},
        {"lr": 0.005, "momentum": 0.7, "centered": True, "weight_decay": 0.05, "late": 2}]),
]


def gradients(step):
    return [0.3 * v + 0.1 for v in wave(6, 1.3 * step)], [0.5 * v - 0.2 for v in wave(3, 2.1 * step + 1)]


def trajectory(kind, options, dtype):
    options = dict(options)
    late = options.pop("late", 0)
    weight = nn.Parameter(torch.tensor(wave(6, 0.5), dtype=dtype).reshape(3, 2))
    bias = nn.Parameter(torch.tensor(wave(3, 2.5), dtype=dtype))
    optimizer = kind([weight, bias], **options)
    seen = {}
    for step in range(STEPS):
        first, second = gradients(step)
        weight.grad = torch.tensor(first, dtype=dtype).reshape(3, 2)
        bias.grad = None if step < late else torch.tensor(second, dtype=dtype)
        optimizer.step()
        if step + 1 in (1, 2, 10, STEPS):
            seen[str(step + 1)] = weight.flatten().tolist() + bias.tolist()
    return seen


def write_optimizers():
    cases = []
    for name, kind, settings in OPTIMIZERS:
        for options in settings:
            params = {k: v for k, v in options.items() if k != "late"}
            cases.append({"kind": name, "params": params, "late": options.get("late", 0),
                          "lr": options.get("lr", kind([nn.Parameter(torch.zeros(1))]).defaults["lr"]),
                          "float64": trajectory(kind, options, torch.float64),
                          "float32": trajectory(kind, options, torch.float32)[str(STEPS)]})
    write("optimizers.json", cases)


# Schedules: the rate of every update. A schedule behind a warm-up starts anew where the warm-up ends.

SCHEDULES = [
    ({"kind": "constant"}, lambda o, c: lr_scheduler.ConstantLR(o, 1.0)),
    ({"kind": "step", "step_size": 2, "gamma": 0.5}, lambda o, c: lr_scheduler.StepLR(o, 2, 0.5)),
    ({"kind": "step", "step_size": 7, "gamma": 0.1, "unit": "step"}, lambda o, c: lr_scheduler.StepLR(o, 7, 0.1)),
    ({"kind": "step", "step_size": 6, "gamma": 0.3, "unit": "step", "warmup_steps": 5, "warmup_start_factor": 0.2},
     lambda o, c: lr_scheduler.StepLR(o, 6, 0.3)),
    ({"kind": "cosine"}, lambda o, c: lr_scheduler.CosineAnnealingLR(o, c["steps"])),
    ({"kind": "cosine", "min_lr": 0.01}, lambda o, c: lr_scheduler.CosineAnnealingLR(o, c["steps"], 0.01)),
    ({"kind": "cosine", "min_lr": 0.002, "unit": "epoch"}, lambda o, c: lr_scheduler.CosineAnnealingLR(o, c["epochs"], 0.002)),
    ({"kind": "cosine", "min_lr": 0.001, "warmup_steps": 10, "warmup_start_factor": 0.1},
     lambda o, c: lr_scheduler.CosineAnnealingLR(o, c["steps"], 0.001)),
    ({"kind": "exponential", "gamma": 0.8}, lambda o, c: lr_scheduler.ExponentialLR(o, 0.8)),
    ({"kind": "exponential", "gamma": 0.97, "unit": "step"}, lambda o, c: lr_scheduler.ExponentialLR(o, 0.97)),
    ({"kind": "exponential", "decay_rate": 0.05, "unit": "step"}, lambda o, c: lr_scheduler.ExponentialLR(o, math.exp(-0.05))),
    ({"kind": "exponential", "gamma": 0.7, "warmup_steps": 4, "warmup_start_factor": 0.5},
     lambda o, c: lr_scheduler.ExponentialLR(o, 0.7)),
    ({"kind": "piecewise", "milestones": [3, 10, 30], "factors": [0.2, 1.5, 0.05]},
     lambda o, c: lr_scheduler.LambdaLR(o, lambda t: np.interp(t, [3, 10, 30], [0.2, 1.5, 0.05]))),
    ({"kind": "piecewise", "milestones": [0, 3], "factors": [1, 0.01], "unit": "epoch", "warmup_steps": 6, "warmup_start_factor": 0.5},
     lambda o, c: lr_scheduler.LambdaLR(o, lambda t: np.interp(t, [0, 3], [1, 0.01]))),
    ({"kind": "piecewise", "milestones": [5, 25], "factors": [1, 1e-3], "interpolation": "exponential"},
     lambda o, c: lr_scheduler.LambdaLR(o, lambda t: np.exp(np.interp(t, [5, 25], np.log([1, 1e-3]))))),
    ({"kind": "piecewise", "milestones": [0, 8, 20], "factors": [1, 0.5, 0.25], "interpolation": "none"},
     lambda o, c: lr_scheduler.MultiStepLR(o, [8, 20], 0.5)),
]


def rates(make, context, steps, every, lr):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = make(optimizer, context)
    seen = []
    for step in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if (step + 1) % every == 0:
            scheduler.step()
    return seen


def write_schedules():
    lr, total, per_epoch, cases = 0.1, 42, 6, []
    for pick, make in SCHEDULES:
        warm = pick.get("warmup_steps", 0)
        unit = pick.get("unit", "epoch" if pick["kind"] in ("step", "exponential") else "step")
        rest = total - warm
        context = {"steps": rest, "epochs": math.ceil(rest / per_epoch)}
        seen = []
        if warm:
            seen = rates(lambda o, c: lr_scheduler.LinearLR(o, pick["warmup_start_factor"], 1.0, warm), context, warm, 1, lr)
        seen += rates(make, context, rest, per_epoch if unit == "epoch" else 1, lr)
        cases.append({"schedule": pick, "lr": lr, "total_steps": total, "steps_per_epoch": per_epoch, "rates": seen})
    write("schedules.json", cases)


# Networks: a PyTorch module beside the kind and parameters that must make the same. Every tensor of the state dict is a wave.

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU,
               "gelu": nn.GELU, "silu": nn.SiLU}


def networks():
    yield {"kind": "linear"}, [3], 2, nn.Linear(3, 2)
    yield {"kind": "linear"}, [1, 2, 3], 4, nn.Linear(6, 4)
    for name, activation in ACTIVATIONS.items():
        yield ({"kind": "mlp", "hidden": [5, 4], "activation": name}, [3], 2,
               nn.Sequential(nn.Linear(3, 5), activation(), nn.Linear(5, 4), activation(), nn.Linear(4, 2)))
    yield ({"kind": "mlp", "hidden": [6], "norm": "batch", "activation": "tanh"}, [3], 2,
           nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 2)))
    yield ({"kind": "mlp", "hidden": [6, 3], "norm": "batch", "norm_position": "after", "activation": "relu"}, [4], 1,
           nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 3), nn.ReLU(), nn.BatchNorm1d(3), nn.Linear(3, 1)))
    yield ({"kind": "cnn", "channels": [3, 4], "hidden": [5]}, [1, 8, 8], 3,
           nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 5), nn.ReLU(), nn.Linear(5, 3)))
    yield ({"kind": "cnn", "channels": [2], "kernel": 5, "pool": 3, "hidden": [], "norm": "batch", "activation": "silu"}, [3, 7, 6], 2,
           nn.Sequential(nn.Conv2d(3, 2, 5, padding=2), nn.BatchNorm2d(2), nn.SiLU(), nn.MaxPool2d(3), nn.Flatten(), nn.Linear(8, 2)))
    yield ({"kind": "cnn", "channels": [3], "pool": 1, "hidden": [4], "norm": "batch", "norm_position": "after"}, [2, 4, 4], 2,
           nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(48, 4), nn.ReLU(), nn.Linear(4, 2)))


def write_networks():
    cases, rows = [], 20
    for model, shape, outputs, module in networks():
        module = module.double()
        with torch.no_grad():
            for place, tensor in enumerate(t for _, t in module.named_parameters()):
                tensor.copy_(0.4 * torch.tensor(wave(tensor.numel(), 1.0 + place), dtype=torch.float64).reshape(tensor.shape))
        data = torch.tensor(wave(rows * math.prod(shape), 0.2), dtype=torch.float64).reshape(rows, *shape).requires_grad_(True)
        given = data.flatten(1) if isinstance(module, nn.Linear) or model["kind"] == "mlp" else data
        module.train()
        output = module(given)
        output.backward(torch.tensor(wave(output.numel(), 3.0), dtype=torch.float64).reshape(output.shape))
        state = {name: list(t.shape) for name, t in module.named_parameters()}
        state |= {name: list(t.shape) for name, t in module.named_buffers()}
        module_trained = output.tolist()
        module.eval()
        cases.append({"model": model, "input_shape": shape, "outputs": outputs, "rows": rows, "state": state,
                      "output": module_trained[:3], "evaluated": module(given).tolist()[:3],
                      "gradients": {name: t.grad.flatten().tolist() for name, t in module.named_parameters()},
                      "input_gradient": data.grad.flatten()[:24].tolist(),
                      "buffers": {name: t.flatten().tolist() for name, t in module.named_buffers()}})
    write("networks.json", cases)


# Rates that a range test suggests: fastai's own functions, taken out of its source, since importing it needs much more.

def fastai_functions(*names):
    path = pathlib.Path(importlib.util.find_spec("fastai").origin).parent / "callback" / "schedule.py"
    tree = ast.parse(path.read_text())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            exec(compile(ast.Module([node], []), str(path), "exec"), found)
    return [found[name] for name in names]


def write_suggestions():
    valley, steep, minimum = fastai_functions("valley", "steep", "minimum")
    cases = []
    for number, (lowest, floor, points) in enumerate([(2.0, 0.3, 100), (0.05, 0.1, 83), (0.3, 1.9, 61), (1e-3, 0.5, 100)]):
        lr = [1e-7 * 1e8 ** (i / 99) for i in range(points)]
        loss = []
        for i, rate in enumerate(lr):
            fall = 2.3 - (2.3 - floor) / (1 + (0.03 * lowest / rate) ** 1.3)
            loss.append(fall + (max(0.0, math.log(rate / lowest)) ** 2) + 0.004 * math.sin(1.7 * i + number))
        rates, losses = torch.tensor(lr[10:-5], dtype=torch.float64), torch.tensor(loss[10:-5], dtype=torch.float64)
        cases.append({"lr": lr, "smoothed": loss, "steps": 100, "valley": valley(rates, losses, 100)[0],
                      "steepest": steep(rates, losses, 100)[0], "minimum/10": minimum(rates, losses, 100)[0]})
    write("suggestions.json", cases)


if __name__ == "__main__":
    write_suggestions()
    write_optimizers()
    write_schedules()
    write_networks()
