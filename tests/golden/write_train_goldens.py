# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what PyTorch computes for optimizers, schedules and networks, for the tests to compare with.

    python3 tests/golden/write_train_goldens.py        # needs torch and fastai (--no-deps);
                                                        # written with 2.11.0 and 2.8.4
"""
import ast
import functools
import importlib.util
import json
import math
import pathlib
import random

import numpy as np
import torch
from torch import nn
from torch.optim import lr_scheduler, swa_utils

HERE = pathlib.Path(__file__).parent
STEPS = 40


def wave(count, salt):
    """Numbers that the tests make in the same way."""
    return [math.sin(0.7 * i + salt) for i in range(count)]


def write(name, cases):
    (HERE / name).write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


# Optimizers: given gradients on a 3×2 and a 3 tensor; `late` steps without a gradient for the second one.

class Paper:
    """An optimizer as its paper writes it, in numpy."""

    def __init__(self, params, **options):
        self.params = list(params)
        self.defaults = dict(self.DEFAULTS, **options)
        self.state = {}

    def step(self):
        for place, p in enumerate(self.params):
            if p.grad is None:
                continue
            state = self.state.setdefault(place, {"t": 0, "m": np.zeros_like(p.detach().numpy()), "v": np.zeros_like(p.detach().numpy())})
            state["t"] += 1
            with torch.no_grad():
                p.copy_(torch.from_numpy(np.asarray(self.moved(p.detach().numpy(), p.grad.numpy(), state, **self.defaults))))


class Lion(Paper):
    """Chen et al. 2023, algorithm 2."""
    DEFAULTS = {"lr": 1e-4, "betas": [0.9, 0.99], "weight_decay": 0.0}

    @staticmethod
    def moved(w, g, state, lr, betas, weight_decay):
        direction = np.sign(betas[0] * state["m"] + (1 - betas[0]) * g)
        state["m"] = betas[1] * state["m"] + (1 - betas[1]) * g
        return w - lr * (direction + weight_decay * w)


class Lamb(Paper):
    """You et al. 2020, algorithm 2, with the identity for phi."""
    DEFAULTS = {"lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-6, "weight_decay": 0.01}

    @staticmethod
    def moved(w, g, state, lr, betas, eps, weight_decay):
        state["m"] = betas[0] * state["m"] + (1 - betas[0]) * g
        state["v"] = betas[1] * state["v"] + (1 - betas[1]) * g * g
        m, v = state["m"] / (1 - betas[0] ** state["t"]), state["v"] / (1 - betas[1] ** state["t"])
        r = m / (np.sqrt(v) + eps) + weight_decay * w
        sizes = np.linalg.norm(w), np.linalg.norm(r)
        return w - lr * (sizes[0] / sizes[1] if sizes[0] > 0 and sizes[1] > 0 else 1) * r


class Adafactor(torch.optim.Adafactor):
    def __init__(self, params, eps1=None, eps2=1e-3, **options):
        super().__init__(params, eps=(eps1, eps2), **options)


class Muon:
    """torch.optim.Muon for matrices, AdamW for all else, with both rates changed by the same factor."""

    def __init__(self, params, adamw_lr=1e-3, adamw_betas=(0.9, 0.999), adamw_eps=1e-8, adamw_weight_decay=0.01, **options):
        params = list(params)
        self.parts = [torch.optim.Muon([p for p in params if p.ndim == 2], **options)] if any(p.ndim == 2 for p in params) else []
        self.parts.append(torch.optim.AdamW([p for p in params if p.ndim != 2], lr=adamw_lr, betas=adamw_betas, eps=adamw_eps,
                                            weight_decay=adamw_weight_decay))
        self.defaults = {"lr": options.get("lr", 1e-3)}

    def step(self):
        for part in self.parts:
            part.step()


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
    ("nadam", torch.optim.NAdam, [{}, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True, "late": 3}]),
    ("radam", torch.optim.RAdam, [{}, {"lr": 0.02, "betas": [0.8, 0.95], "weight_decay": 0.1, "decoupled_weight_decay": True, "late": 3}]),
    ("adamax", torch.optim.Adamax, [{}]),
    ("adagrad", torch.optim.Adagrad, [{}, {"lr": 0.05, "initial_accumulator_value": 0.3, "late": 2}]),
    ("adadelta", torch.optim.Adadelta, [{}]),
    ("adafactor", Adafactor, [{}, {"lr": 0.1, "eps1": 1e-3, "eps2": 0.01, "d": 1.5}]),
    ("lion", Lion, [{}]),
    ("lamb", Lamb, [{}, {"weight_decay": 0.0, "late": 2}]),
    ("muon", Muon, [{}, {"lr": 0.02, "nesterov": False, "ns_steps": 4, "adjust_lr_fn": "match_rms_adamw", "adamw_lr": 0.003, "late": 2}]),
]

# Settings drawn at random, with fixed seeds: what each takes besides.

BETAS, DECAY, EPS = lambda r: [r.uniform(0.5, 0.95), r.uniform(0.9, 0.999)], lambda r: 10 ** r.uniform(-3, -1), lambda r: 10 ** r.uniform(-10, -4)
DRAWN = {
    "sgd": {"momentum": lambda r: r.uniform(0.1, 0.95), "weight_decay": DECAY},
    "adam": {"betas": BETAS, "eps": EPS, "weight_decay": DECAY, "amsgrad": lambda r: True},
    "adamw": {"betas": BETAS, "eps": EPS, "weight_decay": DECAY, "amsgrad": lambda r: True},
    "rmsprop": {"alpha": lambda r: r.uniform(0.8, 0.99), "eps": EPS, "weight_decay": DECAY, "momentum": lambda r: r.uniform(0.1, 0.9)},
    "nadam": {"betas": BETAS, "eps": EPS, "weight_decay": DECAY, "momentum_decay": lambda r: 10 ** r.uniform(-3, -1)},
    "radam": {"betas": BETAS, "eps": EPS, "weight_decay": DECAY},
    "adamax": {"betas": BETAS, "eps": EPS, "weight_decay": DECAY},
    "adagrad": {"lr_decay": DECAY, "eps": EPS, "weight_decay": DECAY},
    "adadelta": {"rho": lambda r: r.uniform(0.8, 0.99), "eps": EPS, "weight_decay": DECAY},
    "adafactor": {"beta2_decay": lambda r: -r.uniform(0.5, 0.9), "weight_decay": DECAY},
    "lion": {"betas": BETAS, "weight_decay": DECAY},
    "lamb": {"betas": BETAS, "eps": EPS, "weight_decay": DECAY},
    "muon": {"momentum": lambda r: r.uniform(0.5, 0.95), "weight_decay": DECAY, "adamw_betas": BETAS, "adamw_weight_decay": DECAY},
}


def drawn(name):
    draw = random.Random(name)
    options = {"lr": 10 ** draw.uniform(-3, -1)}
    options |= {key: make(draw) for key, make in DRAWN[name].items()}
    return options | {"late": draw.randrange(4)}


# Groups: the weight's rate times a factor, the bias without decay.

GROUPED = [("sgd", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.05}), ("adamw", {"lr": 0.02, "weight_decay": 0.1}),
           ("adam", {"lr": 0.02, "weight_decay": 0.1}), ("rmsprop", {"lr": 0.01, "weight_decay": 0.1}),
           ("nadam", {"lr": 0.01, "weight_decay": 0.1}), ("radam", {"lr": 0.01, "weight_decay": 0.1}),
           ("adamax", {"lr": 0.01, "weight_decay": 0.1}), ("adagrad", {"lr": 0.05, "weight_decay": 0.1}),
           ("adadelta", {"lr": 1.0, "weight_decay": 0.1}), ("adafactor", {"lr": 0.05, "weight_decay": 0.1})]


def gradients(step):
    return [0.3 * v + 0.1 for v in wave(6, 1.3 * step)], [0.5 * v - 0.2 for v in wave(3, 2.1 * step + 1)]


def trajectory(kind, options, dtype, seen_at=(1, 2, 10, STEPS), rate=None):
    options = dict(options)
    late = options.pop("late", 0)
    weight = nn.Parameter(torch.tensor(wave(6, 0.5), dtype=dtype).reshape(3, 2))
    bias = nn.Parameter(torch.tensor(wave(3, 2.5), dtype=dtype))
    optimizer = kind([weight, bias] if rate is None else
                     [{"params": [weight], "lr": options["lr"] * rate}, {"params": [bias], "weight_decay": 0.0}], **options)
    seen = {}
    for step in range(STEPS):
        first, second = gradients(step)
        weight.grad = torch.tensor(first, dtype=dtype).reshape(3, 2)
        bias.grad = None if step < late else torch.tensor(second, dtype=dtype)
        optimizer.step()
        if step + 1 in seen_at:
            seen[str(step + 1)] = weight.flatten().tolist() + bias.tolist()
    return seen


def write_optimizers():
    cases = []
    for name, kind, settings in OPTIMIZERS:
        for options in settings + [drawn(name)]:
            params = {k: v for k, v in options.items() if k != "late"}
            cases.append({"kind": name, "params": params, "late": options.get("late", 0),
                          "lr": options.get("lr", kind([nn.Parameter(torch.zeros(1))]).defaults["lr"]),
                          "float64": trajectory(kind, options, torch.float64),
                          "float32": trajectory(kind, options, torch.float32)[str(STEPS)]})
    kinds = {name: kind for name, kind, _ in OPTIMIZERS}
    for name, options in GROUPED:
        cases.append({"kind": name, "params": options, "late": 0, "lr": options["lr"], "rate": 0.65,
                      "float64": trajectory(kinds[name], options, torch.float64, (10, STEPS), 0.65),
                      "float32": trajectory(kinds[name], options, torch.float32, (STEPS,), 0.65)[str(STEPS)]})
    write("optimizers.json", cases)


# L-BFGS looks at its function again: a bowl with a wave, and a valley.

def landscape(x):
    bowl = (x - torch.arange(9, dtype=x.dtype) / 9).square() * (1 + torch.arange(9, dtype=x.dtype))
    return bowl.sum() + (x[1:] - x[:-1].square()).square().sum() + 0.3 * torch.sin(2 * x).sum()


def write_lbfgs():
    cases = []
    for options in [{}, {"lr": 0.5, "max_iter": 4}, {"lr": 0.7, "max_iter": 3, "history_size": 2}, {"line_search_fn": "strong_wolfe"},
                    {"line_search_fn": "strong_wolfe", "max_iter": 5, "max_eval": 6, "history_size": 3}]:
        weight, bias = (nn.Parameter(torch.tensor(v, dtype=torch.float64)) for v in (wave(6, 0.5), wave(3, 2.5)))
        weight = nn.Parameter(weight.detach().reshape(3, 2))
        optimizer, seen, losses = torch.optim.LBFGS([weight, bias], **options), {}, []

        def closure():
            optimizer.zero_grad()
            loss = landscape(torch.cat([weight.flatten(), bias]))
            loss.backward()
            return loss
        for step in range(8):
            losses.append(optimizer.step(closure).item())
            if step + 1 in (1, 2, 3, 8):
                seen[str(step + 1)] = weight.flatten().tolist() + bias.tolist()
        cases.append({"params": options, "lr": options.get("lr", 1), "losses": losses, "float64": seen})
    write("lbfgs.json", cases)


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
    ({"kind": "multi_step", "milestones": [2, 4, 4], "gamma": 0.5}, lambda o, c: lr_scheduler.MultiStepLR(o, [2, 4, 4], 0.5)),
    ({"kind": "polynomial", "power": 2.0}, lambda o, c: lr_scheduler.PolynomialLR(o, c["steps"], 2.0)),
    ({"kind": "polynomial", "total_iters": 3, "power": 0.7, "unit": "epoch", "warmup_steps": 4, "warmup_start_factor": 0.5},
     lambda o, c: lr_scheduler.PolynomialLR(o, 3, 0.7)),
    ({"kind": "linear", "start_factor": 0.3, "end_factor": 0.9, "total_iters": 20}, lambda o, c: lr_scheduler.LinearLR(o, 0.3, 0.9, 20)),
    ({"kind": "linear", "warmup_steps": 8, "warmup_start_factor": 0.25}, lambda o, c: lr_scheduler.LinearLR(o, 1.0, 0.0, c["steps"])),
    ({"kind": "inverse_sqrt", "warmup_steps": 9, "warmup_start_factor": 0.1},
     lambda o, c: lr_scheduler.LambdaLR(o, lambda t: (9 / (9 + t)) ** 0.5)),
    ({"kind": "inverse_sqrt", "timescale": 5}, lambda o, c: lr_scheduler.LambdaLR(o, lambda t: 1 / math.sqrt((t + 5) / 5))),
    ({"kind": "cosine_warm_restarts", "T_0": 2, "T_mult": 1, "min_lr": 0.01}, lambda o, c: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 1, 0.01)),
    ({"kind": "cosine_warm_restarts", "T_0": 4, "T_mult": 2, "unit": "step"}, lambda o, c: lr_scheduler.CosineAnnealingWarmRestarts(o, 4, 2)),
    ({"kind": "cyclical", "max_lr": 0.5, "step_size_up": 7, "step_size_down": 4}, lambda o, c: lr_scheduler.CyclicLR(o, 0.1, 0.5, 7, 4)),
    ({"kind": "cyclical", "max_lr": 0.3, "step_size_up": 5, "mode": "triangular2", "base_momentum": 0.7, "max_momentum": 0.95},
     lambda o, c: lr_scheduler.CyclicLR(o, 0.1, 0.3, 5, mode="triangular2", base_momentum=0.7, max_momentum=0.95)),
    ({"kind": "cyclical", "max_lr": 0.4, "step_size_up": 6, "mode": "exp_range", "gamma": 0.95},
     lambda o, c: lr_scheduler.CyclicLR(o, 0.1, 0.4, 6, mode="exp_range", gamma=0.95)),
    ({"kind": "one_cycle"}, lambda o, c: lr_scheduler.OneCycleLR(o, 0.1, c["steps"])),
    ({"kind": "one_cycle", "pct_start": 0.4, "div_factor": 10.0, "final_div_factor": 100.0, "anneal_strategy": "linear", "three_phase": True},
     lambda o, c: lr_scheduler.OneCycleLR(o, 0.1, c["steps"], pct_start=0.4, div_factor=10.0, final_div_factor=100.0,
                                          anneal_strategy="linear", three_phase=True)),
    ({"kind": "one_cycle", "base_momentum": 0.8, "max_momentum": 0.9, "warmup_steps": 5, "warmup_start_factor": 0.5},
     lambda o, c: lr_scheduler.OneCycleLR(o, 0.1, c["steps"], base_momentum=0.8, max_momentum=0.9)),
    ({"kind": "one_cycle", "variant": "fastai"}, lambda o, c: Fastai(o, c["steps"], 0.25, 25.0, 1e5)),
    ({"kind": "one_cycle", "variant": "fastai", "pct_start": 0.5, "div_factor": 5.0, "final_div_factor": 50.0},
     lambda o, c: Fastai(o, c["steps"], 0.5, 5.0, 50.0)),
]


class Fastai:
    """fit_one_cycle with fastai's own functions, in float64."""

    def __init__(self, optimizer, steps, pct_start, div, div_final):
        space = {"math": math, "torch": torch, "L": list, "partial": functools.partial,
                 "tensor": lambda values: torch.tensor(values, dtype=torch.float64)}
        for function in ("sched_cos", "combine_scheds"):
            space[function] = fastai_functions(function, space=space)[0]
        cos = lambda start, end: functools.partial(space["sched_cos"], start, end)
        combined = lambda *ends: space["combine_scheds"]([pct_start, 1 - pct_start], [cos(ends[0], ends[1]), cos(ends[1], ends[2])])
        self.group, self.steps, self.step_num = optimizer.param_groups[0], steps, 0
        self.curves = {"lr": combined(0.1 / div, 0.1, 0.1 / div_final), "momentum": combined(0.95, 0.85, 0.95)}
        self.set()

    def set(self):
        for name, curve in self.curves.items():
            self.group[name] = curve(self.step_num / self.steps)

    def step(self):
        self.step_num = min(self.step_num + 1, self.steps)
        self.set()


def rates(make, context, steps, every, lr):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = make(optimizer, context)
    seen = []
    for step in range(steps):
        seen.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        optimizer.step()
        if (step + 1) % every == 0:
            scheduler.step()
    return seen


def write_schedules():
    lr, total, per_epoch, cases = 0.1, 42, 6, []
    for pick, make in SCHEDULES:
        warm = pick.get("warmup_steps", 0)
        unit = pick.get("unit", "epoch" if pick["kind"] in ("step", "exponential", "multi_step", "cosine_warm_restarts") else "step")
        rest = total - warm
        context = {"steps": rest, "epochs": math.ceil(rest / per_epoch)}
        seen = []
        if warm:
            seen = rates(lambda o, c: (make(o, c), lr_scheduler.LinearLR(o, pick["warmup_start_factor"], 1.0, warm))[1], context, warm, 1, lr)
        seen += rates(make, context, rest, per_epoch if unit == "epoch" else 1, lr)
        cases.append({"schedule": pick, "lr": lr, "total_steps": total, "steps_per_epoch": per_epoch, "rates": [rate for rate, _ in seen]})
        if pick["kind"] in ("one_cycle", "cyclical"):
            cases[-1]["momenta"] = [momentum for _, momentum in seen]
    write("schedules.json", cases)


# Plateaus: the rate in each epoch, told a figure after each.

def write_plateaus():
    falling = [1 / (1 + e) for e in range(6)] + [0.17 + 0.01 * math.sin(e) for e in range(12)]
    cases = []
    for options, figures in [({"patience": 2}, falling), ({"patience": 0, "factor": 0.5, "cooldown": 2, "min_lr": 0.02}, falling),
                             ({"mode": "max", "patience": 1, "threshold": 0.05, "factor": 0.3}, [1 - v for v in falling]),
                             ({"threshold_mode": "abs", "threshold": 0.2, "patience": 1, "eps": 0.005}, falling),
                             ({"patience": 1}, [math.nan, 3.0, math.nan, 2.0, math.inf, 2.5, 2.0, 1.9])]:
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler, seen = lr_scheduler.ReduceLROnPlateau(optimizer, **options), []
        for figure in figures:
            scheduler.step(figure)
            seen.append(optimizer.param_groups[0]["lr"])
        cases.append({"params": options, "figures": [str(f) for f in figures], "rates": seen})
    write("plateaus.json", cases)


# Stochastic weight averaging: the rate in each epoch behind a cosine, and averages of given weights.

def write_averages():
    cases = []
    for anneal, strategy in ((3, "cos"), (4, "linear"), (0, "cos")):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler, seen = lr_scheduler.CosineAnnealingLR(optimizer, 8), []
        for epoch in range(8):
            if epoch == 3:
                scheduler = swa_utils.SWALR(optimizer, 0.03, anneal, strategy)
            seen.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        cases.append({"anneal_epochs": anneal, "anneal_strategy": strategy, "swa_lr": 0.03, "rates": seen})
    model, x = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)), torch.tensor(wave(60, 0.2)).reshape(20, 3)
    ema = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))
    swa = swa_utils.AveragedModel(model)
    for step in range(5):
        with torch.no_grad():
            for place, p in enumerate(model.parameters()):
                p.copy_(torch.tensor(wave(p.numel(), step + place)).reshape(p.shape))
        ema.update_parameters(model)
        swa.update_parameters(model)
    swa_utils.update_bn([x[:8], x[8:16], x[16:]], swa)
    flat = lambda tensors: [v for t in tensors for v in t.flatten().tolist()]
    cases.append({"ema": flat(ema.module.parameters()), "swa": flat(swa.module.parameters()), "swa_buffers": flat(swa.module.buffers())})
    write("averages.json", cases)


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

def fastai_functions(*names, space=None):
    path = pathlib.Path(importlib.util.find_spec("fastai").origin).parent / "callback" / "schedule.py"
    tree = ast.parse(path.read_text())
    found = {} if space is None else space
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            node.decorator_list = []
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
    write_lbfgs()
    write_schedules()
    write_plateaus()
    write_averages()
    write_networks()
