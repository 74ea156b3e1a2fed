# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes splits.json and scaling.json beside this file with scikit-learn (1.9.1 when they were written)."""
import json
import pathlib

import numpy as np
from sklearn.datasets import make_circles, make_moons
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

here = pathlib.Path(__file__).parent


def test_counts(counts, test_size):
    """Rows of each class in the test part, or None where equal remainders make it a matter of luck."""
    labels = np.repeat(np.arange(len(counts)), counts)
    found = set()
    for seed in range(30):
        _, test = train_test_split(labels, test_size=test_size, stratify=labels, random_state=seed)
        found.add(tuple(np.bincount(test, minlength=len(counts)).tolist()))
    return list(found.pop()) if len(found) == 1 else None


stratified = []
for counts, test_size in [([50, 30, 21], 15), ([100, 7, 2], 22), ([33, 33, 34, 11], 17), ([10, 20, 30, 40, 51], 31),
                          ([600, 401], 150), ([5, 9, 13, 17, 22, 26], 23), ([1000, 13], 101)]:
    test = test_counts(counts, test_size)
    if test is not None:
        stratified.append({"counts": counts, "test_size": test_size, "test": test})
moons, moon_labels = make_moons(n_samples=9, shuffle=False, noise=None)
circles, circle_labels = make_circles(n_samples=9, shuffle=False, noise=None, factor=0.5)
json.dump({"stratified": stratified,
           "moons": [[*point, int(label)] for point, label in zip(moons.tolist(), moon_labels)],
           "circles": [[*point, int(label)] for point, label in zip(circles.tolist(), circle_labels)]},
          open(here / "splits.json", "w"))

nan = float("nan")
train = np.array([[1.0, 100.0, 5.0], [2.0, 300.0, 5.0], [nan, 200.0, 5.0], [2.0, nan, 5.0], [7.5, 1000.0, 5.0], [4.0, 300.0, 5.0]])
scaling = {"train": [[None if np.isnan(v) else v for v in row] for row in train.tolist()]}
for strategy in ["mean", "median", "most_frequent"]:
    imputer = SimpleImputer(strategy=strategy).fit(train)
    filled = imputer.transform(train)
    scaling[strategy] = {"fills": imputer.statistics_.tolist(), "standard": StandardScaler().fit_transform(filled).tolist(),
                         "minmax": MinMaxScaler().fit_transform(filled).tolist()}
json.dump(scaling, open(here / "scaling.json", "w"))
