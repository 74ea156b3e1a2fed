# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes at which steps SageMaker's rules fire, decided from drawn tensors by code of their own in NumPy.

    python3 tests/golden/write_rule_goldens.py        # needs numpy

Each case holds the statistics that a rule reads (signals), its parameters, and the steps at which the tensors
themselves meet its condition. The rules of core/debug must say the same from the statistics alone.
"""
import json
import math
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
RNG = np.random.default_rng(7)
cases = []


def spelled(x):
    """The shortest decimals of a number as std::to_chars writes them."""
    x = float(x)
    if x == int(x) and abs(x) < 1e5:
        return str(int(x))
    text = repr(x)
    if "e" not in text:
        digits = text.replace("-", "").replace(".", "").lstrip("0")
        exponent = math.floor(math.log10(abs(x)))
        scientific = (digits[0] + ("." + digits[1:] if digits[1:] else "") +
                      f"e{'-' if exponent < 0 else '+'}{abs(exponent):02d}")
        scientific = ("-" if x < 0 else "") + scientific
        return scientific if len(scientific) < len(text) else text
    return text


def case(rule, params, steps, signals, fires, modes=None):
    cases.append({"rule": rule, "params": params, "steps": [int(s) for s in steps],
                  "modes": modes or "T" * len(steps),
                  "signals": {name: [None if v is None or (isinstance(v, float) and math.isnan(v)) else float(v)
                                     for v in values] for name, values in signals.items()},
                  "fires": [int(s) for s in fires]})


def steps_of(count):
    return np.cumsum(RNG.integers(1, 9, count))


def vanishing():
    threshold = float(10.0 ** RNG.uniform(-8, -6))
    steps = steps_of(12)
    tensors = {f"gradient/{i}.weight": [RNG.normal(0, 10.0 ** RNG.uniform(-8, -5.5), (4, 3)) for _ in steps]
               for i in range(3)}
    signals = {f"{n} abs_mean": [np.abs(t).mean() for t in all_] for n, all_ in tensors.items()}
    fires = [s for i, s in enumerate(steps) if any(np.abs(t[i]).mean() < threshold for t in tensors.values())]
    case("VanishingGradient", {"threshold": threshold}, steps, signals, fires)


def exploding():
    only = bool(RNG.integers(2))
    steps = steps_of(10)
    drawn = []
    for _ in steps:
        t = RNG.normal(size=20)
        kind = RNG.integers(5)
        if kind == 0:
            t[RNG.integers(20)] = np.nan
        if kind == 1:
            t[RNG.integers(20, size=2)] = np.inf * (1 if RNG.integers(2) else -1)
        drawn.append(t)
    signals = {"w nan": [np.isnan(t).sum() for t in drawn], "w inf": [np.isinf(t).sum() for t in drawn]}
    bad = (lambda t: np.isnan(t).any()) if only else (lambda t: not np.isfinite(t).all())
    case("ExplodingTensor", {"only_nan": only}, steps, signals, [s for s, t in zip(steps, drawn) if bad(t)])


def not_decreasing():
    num, diff, rise = int(RNG.integers(1, 12)), float(RNG.choice([0, 0.1, 5])), float(RNG.choice([0, 5, 20]))
    legacy = bool(RNG.integers(2))
    steps = steps_of(25)
    losses = {n: [round(float(v), 2) for v in np.abs(RNG.normal(1, 0.4, 25))] for n in ("a_loss", "b_loss")}
    for values in losses.values():
        for i in range(1, 25):
            if RNG.integers(4) == 0:
                values[i] = values[i - 1]
    fires, last = [], None
    for i, s in enumerate(steps):
        if last is not None and s - last < num:
            continue
        stuck = checked = False
        for values in losses.values():
            older = [j for j in range(i) if steps[j] <= s - num]
            if not older:
                continue
            checked = True
            before, now = values[older[-1]], values[i]
            change = 100 * (before - now) / abs(before)
            if legacy:
                stuck |= -change >= diff
            else:
                stuck |= (0 <= change <= diff) or -change > rise
        if checked:
            last = s
        if stuck:
            fires.append(s)
    case("LossNotDecreasing", {"num_steps": num, "diff_percent": diff, "increase_threshold_percent": rise,
                               "legacy": legacy}, steps, {f"{n} value": v for n, v in losses.items()}, fires)


def overfit():
    patience, ratio, start = int(RNG.integers(1, 4)), float(RNG.uniform(0, 0.3)), int(RNG.integers(0, 30))
    modes, losses = "", []
    for _ in range(8):
        for mode, count in (("T", RNG.integers(1, 5)), ("E", RNG.integers(1, 4))):
            modes += mode * count
            losses += list(np.round(np.abs(RNG.normal(1 if mode == "T" else 1.15, 0.15, count)), 3))
    steps = np.arange(len(modes))
    fires, run, train, evaluation = [], 0, [], []
    for i in range(len(modes) + 1):
        if i < len(modes) and modes[i] == "E":
            evaluation.append(losses[i])
            continue
        if evaluation:
            at = steps[i] if i < len(modes) else steps[-1]
            if at >= start:
                gap = (np.mean(evaluation) - np.mean(train)) / np.mean(train)
                run = run + 1 if gap > ratio else 0
                if run >= patience:
                    fires.append(at)
            train, evaluation = [], []
        if i < len(modes):
            train.append(losses[i])
    case("Overfit", {"patience": patience, "ratio_threshold": ratio, "start_step": start}, steps,
         {"loss value": losses}, fires, modes)


def overtraining():
    train, validation, delta = int(RNG.integers(2, 5)), int(RNG.integers(2, 5)), float(RNG.choice([0, 0.01, 0.1]))
    modes, losses = "", []
    for i in range(14):
        modes += "TTE"
        losses += [round(float(x), 3) for x in 1 / (1 + i) + np.abs(RNG.normal(0, 0.2, 3))]
    best, waited, fires = [None, None], [0, 0], []
    for i in range(14):
        for which, value in enumerate((np.mean(losses[3 * i:3 * i + 2]), losses[3 * i + 2])):
            if best[which] is None or value < best[which] - delta:
                best[which], waited[which] = value, 0
            else:
                waited[which] += 1
        if waited[0] >= train or waited[1] >= validation:
            fires.append(min(3 * i + 3, len(modes) - 1))
    case("Overtraining", {"patience_train": train, "patience_validation": validation, "delta": delta},
         range(len(modes)), {"loss value": losses}, sorted(set(fires)), modes)


def update_ratio():
    num, eps = RNG.choice([0, 6, 15]), 1e-9
    large, small = float(10 ** RNG.uniform(-1, 1)), float(10 ** RNG.uniform(-4, -2))
    steps = steps_of(12)
    weights = [RNG.normal(size=(5, 2))]
    for _ in steps[1:]:
        weights.append(weights[-1] + RNG.normal(0, 10 ** RNG.uniform(-4, 1.2), (5, 2)))
    ratios, fires = [None], []
    for i in range(1, len(steps)):
        older = [j for j in range(i) if num == 0 or steps[j] >= steps[i] - num]
        if not older:
            ratios.append(None)
            continue
        before = weights[older[-1] if num == 0 else older[0]]
        r = np.abs(weights[i] - before).mean() / (np.abs(before).mean() + eps)
        ratios.append(float(r))
        if r > large or r < small:
            fires.append(steps[i])
    params = {"large_threshold": large, "small_threshold": small, "epsilon": eps}
    if num:
        params["num_steps"] = int(num)
    case("WeightUpdateRatio", params, steps, {f"0.weight change_ratio(1e-09,{num})": ratios}, fires)


def all_zero():
    threshold = float(RNG.choice([50, 90, 100]))
    steps = steps_of(10)
    drawn = [np.where(RNG.random(20) < RNG.choice([0.5, 0.9, 1]), 0, RNG.normal(size=20)) for _ in steps]
    case("AllZero", {"tensor_regex": ["act"], "threshold": threshold}, steps,
         {"act zeros": [(t == 0).sum() for t in drawn], "act count": [t.size for t in drawn]},
         [s for s, t in zip(steps, drawn) if 100 * (t == 0).sum() / t.size >= threshold])


def unchanged():
    num, rtol, atol = int(RNG.integers(2, 5)), float(RNG.choice([1e-5, 1e-2])), float(RNG.choice([1e-8, 1e-3]))
    nan = bool(RNG.integers(2))
    steps = steps_of(16)
    drawn = [RNG.normal(size=6)]
    for _ in steps[1:]:
        kind = RNG.integers(4)
        t = drawn[-1].copy() if kind else RNG.normal(size=6)
        if kind == 1:
            t *= 1 + 3e-3
        drawn.append(t)
    if RNG.integers(2):
        for t in drawn[4:9]:
            t[0] = np.nan
    same, fires = [], []
    for i in range(len(steps)):
        count = 0
        for j in range(i - 1, max(-1, i - num), -1):
            if not np.allclose(drawn[j], drawn[i], rtol=rtol, atol=atol, equal_nan=nan):
                break
            count += 1
        same.append(count)
        if i >= num - 1 and all(np.allclose(drawn[j], drawn[i], rtol=rtol, atol=atol, equal_nan=nan)
                                for j in range(i - num + 1, i)):
            fires.append(steps[i])
    name = f"w same_saves({spelled(rtol)},{spelled(atol)},{int(nan)},{num - 1})"
    case("UnchangedTensor", {"tensor_regex": ["w"], "num_steps": num, "rtol": rtol, "atol": atol, "equal_nan": nan},
         steps, {name: same}, fires)


def share_of_units(rule, name, statistic, active, params):
    inactive, layer = float(RNG.choice([1, 10, 25])), float(RNG.choice([20, 50]))
    steps = steps_of(10)
    drawn = [RNG.normal(RNG.normal(0, 1, (1, 8)) * RNG.choice([1, 20]), 1, (16, 8)) for _ in steps]
    shares = [100 * (100 * active(t).mean(0) < inactive).mean() for t in drawn]
    case(rule, {**params, "threshold_inactivity": inactive, "threshold_layer": layer}, steps,
         {f"{name} {statistic.format(spelled(inactive))}": shares}, [s for s, v in zip(steps, shares) if v > layer])


def variance():
    high, low = float(RNG.uniform(1, 3)), float(RNG.uniform(0.05, 0.5))
    steps = steps_of(12)
    drawn = [RNG.normal(0, 10 ** RNG.uniform(-1, 0.5), 30) for _ in steps]
    case("TensorVariance", {"collection_names": ["weights"], "max_threshold": high, "min_threshold": low}, steps,
         {"0.weight variance": [t.var() for t in drawn]}, [s for s, t in zip(steps, drawn) if t.var() > high or t.var() < low])


def imbalance():
    most, wrong, samples = float(RNG.uniform(1.5, 6)), float(RNG.uniform(0.2, 0.7)), int(RNG.integers(20, 120))
    steps = steps_of(12)
    weights = RNG.dirichlet([1.5] * 3)
    labels = [RNG.choice(3, 16, p=weights) for _ in steps]
    said = [np.where(RNG.random(16) < 0.6, l, RNG.integers(0, 3, 16)) for l in labels]
    signals, fires = {}, []
    for k in range(3):
        signals[f"labels class_count({k})"] = [(l == k).sum() for l in labels]
        signals[f"predictions wrong_count({k})"] = [((l == k) & (p != l)).sum() for l, p in zip(labels, said)]
    for i, s in enumerate(steps):
        seen, told = np.concatenate(labels[:i + 1]), np.concatenate(said[:i + 1])
        if len(seen) < samples:
            continue
        counts = [(seen == k).sum() for k in range(3) if (seen == k).any()]
        shares = [(told[seen == k] != k).mean() for k in range(3) if (seen == k).any()]
        if max(counts) / min(counts) > most or max(shares) > wrong:
            fires.append(s)
    case("ClassImbalance", {"threshold_imbalance": most, "threshold_misprediction": wrong, "samples": samples}, steps,
         signals, fires)


def confused():
    least, off = float(RNG.uniform(0.3, 0.7)), float(RNG.uniform(0.2, 0.6))
    steps = steps_of(10)
    matrices = []
    for _ in steps:
        labels = RNG.integers(0, 3, 30)
        said = np.where(RNG.random(30) < RNG.uniform(0.3, 1), labels, RNG.integers(0, 3, 30))
        c = np.zeros((3, 3), int)
        np.add.at(c, (labels, said), 1)
        matrices.append(c)
    fires = []
    for s, c in zip(steps, matrices):
        columns = [c[:, i] / c[:, i].sum() for i in range(3) if c[:, i].sum()]
        which = [i for i in range(3) if c[:, i].sum()]
        if any(col[i] < least or np.delete(col, i).max() > off for i, col in zip(which, columns)):
            fires.append(s)
    case("Confusion", {"min_diag": least, "max_off_diag": off}, steps,
         {f"predictions confusion({i},{j})": [c[i, j] for c in matrices] for i in range(3) for j in range(3)}, fires)


def depth():
    bound = float(RNG.integers(2, 6))
    steps = np.arange(15)
    largest = RNG.integers(0, 130, 15)
    case("TreeDepth", {"depth": bound}, steps, {"trees/Node max": largest},
         [s for s, n in zip(steps, largest) if n >= 1 and len(bin(int(n))) - 3 > bound])


def importance():
    threshold, n = float(RNG.uniform(0.4, 0.95)), int(RNG.integers(1, 4))
    steps = steps_of(10)
    drawn = RNG.gamma(0.5, 2, (10, 6))
    case("FeatureImportanceOverweight", {"threshold": threshold, "nfeatures": n}, steps,
         {f"feature_importance/weight/f{i} value": list(drawn[:, i]) for i in range(6)},
         [s for s, row in zip(steps, drawn) if np.sort(row)[::-1][:n].sum() / row.sum() > threshold])


def tokens():
    values, limits = [0, 3], [float(RNG.uniform(20, 40)), float(RNG.uniform(10, 30))]
    steps = steps_of(10)
    drawn = [RNG.integers(0, 5, (4, 10)) for _ in steps]
    shares = [[100 * (t == v).mean() for t in drawn] for v in values]
    case("NLPSequenceRatio", {"token_values": values, "token_thresholds_percent": limits}, steps,
         {f"embedding0_input_0 token_share({v})": s for v, s in zip(values, shares)},
         [s for i, s in enumerate(steps) if any(shares[k][i] > limits[k] for k in range(2))])


def pictures():
    mean, samples = float(RNG.uniform(0.02, 0.2)), int(RNG.integers(10, 60))
    steps = steps_of(10)
    drawn = [RNG.normal(RNG.normal(0, 0.2, (1, 3, 1, 1)), 1, (int(RNG.integers(4, 12)), 3, 4, 4)) for _ in steps]
    fires = []
    for i, s in enumerate(steps):
        seen = np.concatenate(drawn[:i + 1])
        if len(seen) >= samples and np.abs(seen.mean((0, 2, 3))).max() > mean:
            fires.append(s)
    signals = {f"hybridsequential0_input_0 channel_mean({c},1)": [t[:, c].mean() for t in drawn] for c in range(3)}
    signals["hybridsequential0_input_0 images"] = [len(t) for t in drawn]
    case("CheckInputImages", {"threshold_mean": mean, "threshold_samples": samples}, steps, signals, fires)


def initial():
    steps = steps_of(14)
    patience, first = int(RNG.integers(2, 5)), int(RNG.integers(6, 12))
    variances = 10 ** RNG.uniform(-1, 0.4, (14, 2))
    gradients = [RNG.normal(0, 10 ** RNG.uniform(-4, 0), 40) for _ in steps]
    losses = np.round(np.abs(RNG.normal(1, 0.3, 14)) / np.arange(1, 15) ** 0.3, 3)
    fires, best, waited = [], None, 0
    for i, s in enumerate(steps[:first]):
        low, high = np.percentile(gradients[i], [5, 95])
        if best is None or losses[i] < best:
            best, waited = losses[i], 0
        else:
            waited += 1
        if variances[i].max() / variances[i].min() > 10 or high - low < 1e-3 or waited >= patience:
            fires.append(s)
    case("PoorWeightInitialization", {"patience": patience, "steps": first}, steps,
         {"a_relu_input variance": variances[:, 0], "b_relu_input variance": variances[:, 1],
          "gradient/w p5": [np.percentile(g, 5) for g in gradients], "gradient/w p95": [np.percentile(g, 95) for g in gradients],
          "loss value": losses}, fires)


for _ in range(8):
    vanishing(), exploding(), not_decreasing(), overfit(), overtraining(), update_ratio(), all_zero(), unchanged()
    share_of_units("DeadRelu", "relu_output", "dead_share({})", lambda t: np.maximum(t, 0) > 0, {})
    share_of_units("SaturatedActivation", "tanh_input", "saturated_share(-3,3,{})", lambda t: (-3 < t) & (t < 3),
                   {"threshold_tanh_min": -3, "threshold_tanh_max": 3})
    variance(), imbalance(), confused(), depth(), importance(), tokens(), pictures(), initial()

text = "[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n"
(HERE / "rules.json").write_text(text)
print(len(cases), "cases,", sum(bool(c["fires"]) for c in cases), "fire")
