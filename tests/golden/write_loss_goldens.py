# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what PyTorch, torchvision and scikit-learn compute for losses, for the tests to compare with.

    python3 tests/golden/write_loss_goldens.py        # needs torch, torchvision, scikit-learn;
                                                       # written with 2.11.0, 0.26.0 and 1.9.1
"""
import json
import math
import pathlib

import torch
from sklearn.metrics import hinge_loss, mean_pinball_loss
from torch.nn import functional as F
from torchvision.ops import sigmoid_focal_loss

HERE = pathlib.Path(__file__).parent


def wave(count, salt, *shape):
    values = torch.tensor([math.sin(0.7 * i + salt) for i in range(count)], dtype=torch.float64)
    return values.reshape(shape) if shape else values


CASES = []


def case(kind, params, output, target, each, divisor=None, prediction=None):
    """`each`: output → one value an item; the loss is their sum by `divisor`, or their mean."""
    output = output.clone().requires_grad_(True)
    items = each(output)
    mean = items.sum() / (len(items) if divisor is None else divisor)
    mean.backward()
    CASES.append({"kind": kind, "params": params, "output": output.tolist(), "target": target.tolist(),
                  "mean": mean.item(), "per_item": items.tolist(), "gradient": output.grad.tolist()})
    if prediction is not None:
        CASES[-1]["prediction"] = prediction(output.detach()).tolist()
    return mean.item()


LOGITS = 3 * wave(24, 0.3, 6, 4)
CLASSES = torch.tensor([0, 3, 1, 1, 2, 0])
ONE_HOT = F.one_hot(CLASSES, 4).double()
SHARES = torch.softmax(2 * wave(24, 1.7, 6, 4), 1)
WEIGHTS = [0.5, 2.0, 1.0, 3.0]
BINARY = 2 * wave(6, 0.9, 6, 1)
SECOND = torch.tensor([0, 1, 1, 0, 1, 0])
NUMBERS = 2 * wave(6, 1.1)
SAID = 2 * wave(6, 4.0, 6, 1)
STEPS = 2 * wave(12, 2.3, 4, 3)


def cross_entropies():
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    for smoothing in (0.0, 0.1, 0.5):
        each = lambda o: F.cross_entropy(o, CLASSES, reduction="none", label_smoothing=smoothing)
        assert abs(case("cross_entropy", {"label_smoothing": smoothing}, LOGITS, CLASSES, each) -
                   F.cross_entropy(LOGITS, CLASSES, label_smoothing=smoothing).item()) < 1e-12
    for smoothing in (0.0, 0.1):
        each = lambda o: F.cross_entropy(o, CLASSES, weights, reduction="none", label_smoothing=smoothing)
        params = {"label_smoothing": smoothing, "class_weights": WEIGHTS}
        assert abs(case("cross_entropy", params, LOGITS, CLASSES, each, weights[CLASSES].sum()) -
                   F.cross_entropy(LOGITS, CLASSES, weights, label_smoothing=smoothing).item()) < 1e-12
    case("cross_entropy", {}, LOGITS, SHARES, lambda o: F.cross_entropy(o, SHARES, reduction="none"))
    # Pixels: 2 pictures of 2×3 and 3 classes, two of them of no class.
    output, target = 2 * wave(36, 0.1, 2, 3, 2, 3), torch.tensor([[[0, 1, 2], [2, -100, 0]], [[1, 1, 0], [-100, 2, 2]]])
    assert abs(case("cross_entropy", {}, output, target,
                    lambda o: F.cross_entropy(o, target, reduction="none").flatten(1).sum(1), 10) -
               F.cross_entropy(output, target).item()) < 1e-12


def focals():
    for alpha, gamma in ((0.25, 2.0), (-1.0, 1.5), (0.7, 0.0)):
        params = {"form": "sigmoid", "alpha": alpha, "gamma": gamma}
        focal = lambda o, t: sigmoid_focal_loss(o, t, alpha, gamma).mean(1)
        case("focal", params, LOGITS, CLASSES, lambda o: focal(o, ONE_HOT))
        case("focal", params, BINARY, SECOND, lambda o: focal(o, SECOND.double().unsqueeze(1)))
    for gamma in (0.0, 2.0, 3.5):
        def softmax(output):
            logs = F.log_softmax(output, 1).gather(1, CLASSES.unsqueeze(1)).squeeze(1)
            return -(1 - logs.exp()) ** gamma * logs
        value = case("focal", {"gamma": gamma}, LOGITS, CLASSES, softmax)
        assert gamma > 0 or abs(value - F.cross_entropy(LOGITS, CLASSES).item()) < 1e-12
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    case("focal", {"gamma": 0, "class_weights": WEIGHTS}, LOGITS, CLASSES,
         lambda o: F.cross_entropy(o, CLASSES, weights, reduction="none"), weights[CLASSES].sum())


def binaries():
    log_odds = lambda o: torch.cat([torch.zeros_like(o), o], 1)
    for weight in (1.0, 2.5):
        case("bce", {"pos_weight": [weight]}, BINARY, SECOND,
             lambda o: F.binary_cross_entropy_with_logits(
                 o, SECOND.double().unsqueeze(1), pos_weight=torch.tensor([weight], dtype=torch.float64),
                 reduction="none").squeeze(1), prediction=log_odds)
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    case("bce", {"pos_weight": WEIGHTS}, LOGITS, CLASSES,
         lambda o: F.binary_cross_entropy_with_logits(o, ONE_HOT, pos_weight=weights, reduction="none").mean(1),
         prediction=F.logsigmoid)
    case("bce", {}, LOGITS, SHARES,
         lambda o: F.binary_cross_entropy_with_logits(o, SHARES, reduction="none").mean(1))


def hinges():
    for p, margin in ((1, 1.0), (2, 0.5)):
        case("hinge", {"p": p, "margin": margin}, LOGITS, CLASSES,
             lambda o: F.multi_margin_loss(o, CLASSES, p=p, margin=margin, reduction="none"))
        case("hinge", {"form": "one_vs_rest", "p": p, "margin": margin}, LOGITS, CLASSES,
             lambda o: (margin - (2 * ONE_HOT - 1) * o).clamp(min=0).pow(p).mean(1))
    columns = [hinge_loss((CLASSES == c).numpy(), LOGITS[:, c].numpy()) for c in range(4)]
    case("hinge", {"form": "one_vs_rest"}, LOGITS, CLASSES,
         lambda o: (1 - (2 * ONE_HOT - 1) * o).clamp(min=0).mean(1))
    assert abs(CASES[-1]["mean"] - sum(columns) / 4) < 1e-12


def divergences():
    divergence = lambda o, t: F.kl_div(F.log_softmax(o, 1), t, reduction="none")
    case("kl_div", {}, LOGITS, SHARES, lambda o: divergence(o, SHARES).sum(1))
    assert abs(CASES[-1]["mean"] - F.kl_div(F.log_softmax(LOGITS, 1), SHARES, reduction="batchmean").item()) < 1e-12
    case("kl_div", {"reduction": "mean"}, LOGITS, SHARES, lambda o: divergence(o, SHARES).mean(1))
    assert abs(CASES[-1]["mean"] - F.kl_div(F.log_softmax(LOGITS, 1), SHARES, reduction="mean").item()) < 1e-12
    case("kl_div", {}, LOGITS, CLASSES, lambda o: divergence(o, ONE_HOT).sum(1))


def distances():
    for kind, params, each in (("mse", {}, F.mse_loss), ("mae", {}, F.l1_loss), ("huber", {}, F.huber_loss),
                               ("huber", {"delta": 0.4}, F.huber_loss), ("smooth_l1", {}, F.smooth_l1_loss),
                               ("smooth_l1", {"beta": 0.3}, F.smooth_l1_loss),
                               ("smooth_l1", {"beta": 0}, F.smooth_l1_loss)):
        case(kind, params, SAID, NUMBERS, lambda o: each(o.squeeze(1), NUMBERS, reduction="none", **params))
        case(kind, params, STEPS.flip(0), STEPS, lambda o: each(o, STEPS, reduction="none", **params).mean(1))


def counts():
    seen = torch.tensor([0., 3, 1, 7, 2, 0], dtype=torch.float64)
    for params, output in (({}, SAID), ({"full": True}, SAID), ({"log_input": False}, SAID.abs() + 0.1),
                           ({"log_input": False, "full": True, "eps": 0.01}, SAID.abs() + 0.1)):
        case("poisson_nll", params, output, seen,
             lambda o: F.poisson_nll_loss(o.squeeze(1), seen, reduction="none", **params),
             prediction=lambda o: o.exp() if params.get("log_input", True) else o)


def spreads():
    for params in ({}, {"full": True}, {"eps": 0.4}):
        output = 2 * wave(12, 0.6, 6, 2)
        case("gaussian_nll", params, output, NUMBERS,
             lambda o: F.gaussian_nll_loss(o[:, 0], NUMBERS, F.softplus(o[:, 1]), reduction="none", **params),
             prediction=lambda o: o[:, :1])
    case("gaussian_nll", {}, 2 * wave(24, 1.6, 4, 6), STEPS,
         lambda o: F.gaussian_nll_loss(o[:, :3], STEPS, F.softplus(o[:, 3:]), reduction="none").mean(1),
         prediction=lambda o: o[:, :3])


def quantiles():
    def pinball(output, target, levels):
        miss = target.unsqueeze(-1) - output
        levels = torch.tensor(levels, dtype=torch.float64)
        return torch.maximum(levels * miss, (levels - 1) * miss).flatten(1).mean(1)

    for levels in ([0.1, 0.5, 0.9], [0.05, 0.3, 0.5, 0.95], [0.8]):
        width = len(levels)
        output, middle = 2 * wave(6 * width, 0.2, 6, width), min(range(width), key=lambda i: abs(levels[i] - 0.5))
        case("quantile", {"quantiles": levels}, output, NUMBERS,
             lambda o: pinball(o.unsqueeze(1), NUMBERS.unsqueeze(1), levels),
             prediction=lambda o: o[:, middle:middle + 1])
        peers = [mean_pinball_loss(NUMBERS, output[:, i], alpha=level) for i, level in enumerate(levels)]
        assert abs(CASES[-1]["mean"] - sum(peers) / width) < 1e-12
    case("quantile", {}, 2 * wave(36, 0.2, 4, 9), STEPS,
         lambda o: pinball(o.reshape(4, 3, 3), STEPS, [0.1, 0.5, 0.9]),
         prediction=lambda o: o.reshape(4, 3, 3)[:, :, 1])


def vectors():
    output, classes = 1.5 * wave(24, 0.4, 8, 3) + 0.2 * wave(24, 7.7, 8, 3).cumsum(0), torch.tensor([0, 1, 0, 2, 1, 0, 2, 1])
    rows = range(8)
    for margin in (0.0, 0.3):
        def pairs(o):
            zero, sums = o.sum() * 0, []
            for a in rows:
                sums.append(zero)
                for b in rows:
                    if a != b:
                        side = torch.tensor(1.0 if classes[a] == classes[b] else -1.0)
                        sums[a] = sums[a] + 0.5 * F.cosine_embedding_loss(o[a], o[b], side, margin)
            return torch.stack(sums)
        case("cosine", {"margin": margin}, output, classes, pairs, 28,
             prediction=lambda o: F.normalize(o))

    def triplets(o, mining, p):
        apart = torch.cdist(o.detach(), o.detach(), p)
        for a in rows:
            same = [i for i in rows if i != a and classes[i] == classes[a]]
            other = [i for i in rows if classes[i] != classes[a]]
            if mining == "all":
                yield from ((a, s, n) for s in same for n in other)
            elif mining == "hard":
                yield a, max(same, key=lambda i: apart[a, i]), min(other, key=lambda i: apart[a, i])
            else:
                for s in same:
                    farther = [n for n in other if apart[a, n] > apart[a, s]]
                    yield a, s, (min(farther, key=lambda i: apart[a, i]) if farther else max(other, key=lambda i: apart[a, i]))

    for params in ({}, {"margin": 0.3, "p": 1}, {"mining": "hard"}, {"mining": "all", "margin": 0.5}):
        mining, p, margin = params.get("mining", "semi_hard"), params.get("p", 2), params.get("margin", 1.0)
        found = list(triplets(output, mining, p))

        def each(o):
            sums = [o.sum() * 0 for _ in rows]
            for a, s, n in found:
                sums[a] = sums[a] + F.triplet_margin_loss(o[a:a + 1], o[s:s + 1], o[n:n + 1], margin=margin, p=p)
            return torch.stack(sums)
        case("triplet", params, output, classes, each, len(found))


for part in (cross_entropies, focals, binaries, hinges, divergences, distances, counts, spreads, quantiles, vectors):
    part()
(HERE / "losses.json").write_text("[\n" + ",\n".join(json.dumps(each) for each in CASES) + "\n]\n")
