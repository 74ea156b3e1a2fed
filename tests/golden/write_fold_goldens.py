# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes folds.json beside this file with scikit-learn (1.9.1 when it was written)."""
import json
import pathlib

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.preprocessing import TargetEncoder

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(3)
cases = []


def add(kind, rows, folds, splitter, classes=None, groups=None, **more):
    parts = []
    for train, validation in splitter.split(np.zeros(rows), classes, groups):
        part = {"train": len(train), "validation": len(validation), "first": int(train[0]), "begin": int(validation[0])}
        if kind == "stratified_k_fold":
            part["counts"] = np.bincount(classes[validation], minlength=classes.max() + 1).tolist()
        parts.append(part)
    cases.append({"kind": kind, "rows": rows, "folds": folds, "parts": parts, **more,
                  "classes": [] if classes is None else classes.tolist(),
                  "groups": [] if groups is None else groups.tolist()})


for rows, folds in [(20, 2), (23, 5), (101, 7), (9, 9)]:
    add("k_fold", rows, folds, KFold(folds, shuffle=True, random_state=0))
for weights, rows, folds in [([0.5, 0.5], 41, 3), ([0.7, 0.2, 0.1], 90, 5), ([0.3, 0.3, 0.4], 64, 4), ([0.85, 0.15], 70, 6)]:
    classes = rng.choice(len(weights), rows, p=weights)
    add("stratified_k_fold", rows, folds, StratifiedKFold(folds, shuffle=True, random_state=0), classes)
for rows, folds, gap, sliding in [(50, 4, 0, False), (53, 5, 2, False), (100, 3, 7, True), (41, 6, 0, True)]:
    limit = rows - folds * (rows // (folds + 1)) - gap if sliding else None
    add("walk_forward", rows, folds, TimeSeriesSplit(folds, gap=gap, max_train_size=limit), gap=gap,
        window="sliding" if sliding else "expanding")

# Sizes of the folds do not depend on which of equally large groups comes first.
for sizes, folds in [([9, 7, 5, 3, 2, 1], 3), ([20, 11, 6, 5, 4], 2)]:
    groups = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    add("k_fold", len(groups), folds, GroupKFold(folds), groups=groups)

encodings = []
for kind in ["binary", "continuous", "multiclass"]:
    words = rng.choice(list("abcd"), 40, p=[0.5, 0.3, 0.15, 0.05])
    target = {"binary": rng.integers(0, 2, 40), "continuous": rng.normal(size=40).round(3), "multiclass": rng.integers(0, 3, 40)}[kind]
    encoder = TargetEncoder(target_type=kind, smooth="auto").fit(words[:, None], target)
    known = sorted(set(words))
    encodings.append({"kind": kind, "words": words.tolist(), "target": target.tolist(), "known": known,
                      "values": encoder.transform(np.array(known)[:, None]).tolist(),
                      "unknown": encoder.transform(np.array([["zzz"]])).tolist()[0]})
json.dump({"folds": cases, "target_encoding": encodings}, open(here / "folds.json", "w"))
