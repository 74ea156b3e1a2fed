#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes signals.json: statistics of drawn tensors as numpy computes them. Needs numpy."""
import json
import pathlib

import numpy as np

rng = np.random.default_rng(7)


def number(value):
    value = float(value)
    return value if np.isfinite(value) else str(value)


def listed(array):
    return {"shape": list(array.shape), "values": [number(v) for v in array.astype(np.float64).ravel()]}


def ids(array):
    return (array.argmax(1) if array.ndim > 1 and array.shape[1] > 1 else array).reshape(-1).astype(np.int64)


def idle(x, active, share):
    return 100.0 * np.mean(100.0 * np.mean(active, axis=0) < share)


cases = []


def case(tensor, statistics, before=(), step=0, labels=None):
    cases.append({"tensor": listed(tensor), "statistics": {k: number(v) for k, v in statistics.items()},
                  "step": step, "before": [{"step": s, **listed(t)} for s, t in before],
                  "labels": None if labels is None else listed(labels)})


def draw(*shape, scale=1.0):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


for shape in [(1,), (2,), (3, 4), (7, 5, 3), (64, 33), (40, 8, 2, 3)]:
    x = draw(*shape, scale=rng.uniform(0.01, 30))
    wide = x.astype(np.float64)
    case(x, {"mean": wide.mean(), "abs_mean": np.abs(wide).mean(), "variance": wide.var(), "std": wide.std(),
             "min": wide.min(), "max": wide.max(), "l2": np.linalg.norm(wide.ravel()), "zeros": (x == 0).sum(),
             "nan": 0, "inf": 0, "count": x.size, "p5": np.percentile(wide, 5), "p95": np.percentile(wide, 95),
             "images": x.shape[0]})
x = draw(20, 9)
x[3, 2], x[4, 4] = np.nan, np.inf
case(x, {"nan": 1, "inf": 1, "p95": np.nan, "zeros": 0, "count": 180})

for rows, units in [(4, 6), (32, 40), (101, 7)]:
    x = np.maximum(draw(rows, units) - rng.uniform(0, 3, units).astype(np.float32), 0).astype(np.float32)
    case(x, {f"dead_share({share})": idle(x, x > 0, share) for share in [0, 1, 5, 25.5, 50, 100]})
x = draw(32, 3, 4, 4, scale=6)
x[0, 0, 0, 0] = np.inf
bounds = [(-9.4999, 9.4999, 1), (-23, 16.99999, 1), (-1, 1, 20), (-0.5, 8, 60)]
wide = x.astype(np.float64)
case(x, {f"saturated_share({low},{high},{share})": idle(x, (wide > low) & (wide < high), share)
         for low, high, share in bounds} | {"dead_share(60)": idle(x, x > 0, 60)})

for rtol, atol in [(1e-5, 1e-8), (0.1, 0), (0, 0.01)]:
    now = draw(5, 5)
    older = [now + draw(5, 5, scale=s) for s in (0.0, 1.0, 0.004, 1e-7, 0.0)]
    older = [o.astype(np.float32) for o in older]
    count = 0
    for o in reversed(older):
        if not np.allclose(o, now, rtol=rtol, atol=atol):
            break
        count += 1
    case(now, {f"same_saves({rtol:.17g},{atol:.17g},0,4)": min(count, 4)}, [(i, o) for i, o in enumerate(older)], 9)
nans = draw(4)
nans[1] = np.nan
case(nans, {"same_saves(1e-05,1e-08,0,3)": 0, "same_saves(1e-05,1e-08,1,3)": 2}, [(0, nans), (1, nans)], 2)
case(draw(3), {"same_saves(1e-05,1e-08,0,3)": 0, "change_ratio(1e-09,0)": np.nan}, [], 2)

now = draw(6, 4)
saves = [(s, draw(6, 4, scale=0.3)) for s in (0, 10, 20, 30)]


def ratio(past, eps):
    past, wide = past.astype(np.float64), now.astype(np.float64)
    return np.abs(wide - past).mean() / (np.abs(past).mean() + eps)


case(now, {"change_ratio(1e-09,0)": ratio(saves[3][1], 1e-9), "change_ratio(0.5,0)": ratio(saves[3][1], 0.5),
           "change_ratio(1e-09,25)": ratio(saves[2][1], 1e-9), "change_ratio(1e-09,30)": ratio(saves[1][1], 1e-9),
           "change_ratio(1e-09,1000)": ratio(saves[0][1], 1e-9), "change_ratio(1e-09,5)": np.nan}, saves, 40)
case(now, {"change_ratio(1e-09,0)": np.abs(now.astype(np.float64)).mean() / 1e-9}, [(0, np.zeros((6, 4), np.float32))], 1)

labels = rng.integers(0, 4, 50).astype(np.float32)
scores = draw(50, 4)
said = ids(scores)
wanted = {f"class_count({k})": (said == k).sum() for k in range(5)}
wanted |= {f"wrong_count({k})": ((labels == k) & (said != k)).sum() for k in range(5)}
wanted |= {f"confusion({i},{j})": ((labels == i) & (said == j)).sum() for i in range(4) for j in range(4)}
case(scores, wanted, labels=labels)
case(labels, {f"class_count({k})": (labels == k).sum() for k in range(5)})
case(labels.reshape(50, 1), {"class_count(2)": (labels == 2).sum(), "confusion(1,1)": np.nan})

tokens = rng.integers(0, 5, (8, 12)).astype(np.float32)
case(tokens, {f"token_share({v})": 100.0 * (tokens == v).mean() for v in range(6)})
pictures = draw(6, 3, 5, 4)
case(pictures, {f"channel_mean({c},1)": pictures.astype(np.float64)[:, c].mean() for c in range(3)}
     | {"channel_mean(3,2)": pictures.astype(np.float64)[:, :, 3].mean(), "channel_mean(3,1)": np.nan, "images": 6})

pathlib.Path(__file__).with_name("signals.json").write_text(json.dumps(cases) + "\n")
