# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what scikit-learn computes for metrics, for the tests to compare with.

    python3 tests/golden/write_metric_goldens.py        # needs numpy, scikit-learn; written with 1.9.1
"""
import json
import math
import pathlib
import warnings

import numpy as np
from sklearn import metrics
from sklearn.neighbors import NearestNeighbors

HERE = pathlib.Path(__file__).parent
CASES = []


def wave(count, salt, *shape):
    values = np.array([math.sin(0.7 * i + salt) for i in range(count)])
    return values.reshape(shape) if shape else values


def softmax(scores):
    parts = np.exp(scores - scores.max(1, keepdims=True))
    return parts / parts.sum(1, keepdims=True)


def calibration_error(probabilities, truth):
    """Guo et al. 2017: 15 parts, open to the left."""
    said, confidence, error = probabilities.argmax(1), probabilities.max(1), 0
    for low in np.arange(15) / 15:
        inside = (confidence > low) & (confidence <= low + 1 / 15)
        if inside.any():
            error += inside.mean() * abs((said == truth)[inside].mean() - confidence[inside].mean())
    return error


def ranked(function, probabilities, truth):
    """The mean over classes of which there are rows, and not all."""
    there = [c for c in range(probabilities.shape[1]) if 0 < (truth == c).sum() < len(truth)]
    return np.mean([function(truth == c, probabilities[:, c]) for c in there])


def classes(name, scores, truth):
    probabilities = softmax(scores.astype(np.float32).astype(np.float64))
    said, kept = probabilities.argmax(1), probabilities.astype(np.float32)
    labels = np.arange(scores.shape[1])
    expected = {
        "accuracy": metrics.accuracy_score(truth, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "precision": metrics.precision_score(truth, said, average="macro", zero_division=0),
        "recall": metrics.recall_score(truth, said, average="macro", zero_division=0),
        "f1": metrics.f1_score(truth, said, average="macro", zero_division=0),
        "iou": metrics.jaccard_score(truth, said, average="macro", zero_division=0),
        "matthews": metrics.matthews_corrcoef(truth, said),
        "log_loss": metrics.log_loss(truth, probabilities, labels=labels),
        "perplexity": math.exp(metrics.log_loss(truth, probabilities, labels=labels)),
        "calibration_error": calibration_error(probabilities, truth),
        "auc": ranked(metrics.roc_auc_score, kept, truth),
        "average_precision": ranked(metrics.average_precision_score, kept, truth),
    }
    if len(labels) > 2:
        expected["top_2"] = metrics.top_k_accuracy_score(truth, scores, k=2, labels=labels)
    if len(labels) > 2 and set(truth) == set(labels):
        assert abs(expected["auc"] - metrics.roc_auc_score(truth, kept / kept.sum(1, keepdims=True), multi_class="ovr")) < 1e-6
    each = metrics.precision_recall_fscore_support(truth, said, labels=labels, zero_division=0)
    CASES.append({"of": "classes", "name": name, "output": scores.tolist(), "target": truth.tolist(),
                  "expected": expected, "per_class": [column.tolist() for column in each]})


def numbers(name, said, truth):
    CASES.append({"of": "numbers", "name": name, "output": said.tolist(), "target": truth.tolist(), "expected": {
        "mae": metrics.mean_absolute_error(truth, said),
        "rmse": math.sqrt(metrics.mean_squared_error(truth, said)),
        "mape": metrics.mean_absolute_percentage_error(truth, said),
        "smape": np.mean(2 * abs(truth - said) / (abs(truth) + abs(said))),
        "r2": metrics.r2_score(truth, said)}})


def quantiles(name, levels, said, truth):
    peers = [metrics.mean_pinball_loss(truth, said[:, i], alpha=level) for i, level in enumerate(levels)]
    CASES.append({"of": "quantiles", "name": name, "levels": levels, "output": said.tolist(), "target": truth.tolist(),
                  "expected": {"pinball": np.mean(peers), "coverage": np.mean((truth >= said[:, 0]) & (truth <= said[:, -1]))}})


def vectors(name, said, truth):
    nearest = NearestNeighbors(n_neighbors=2).fit(said).kneighbors(return_distance=False)[:, 0]
    CASES.append({"of": "vectors", "name": name, "output": said.tolist(), "target": truth.tolist(),
                  "expected": {"recall_at_1": np.mean(truth[nearest] == truth)}})


drawn = np.random.default_rng(0)
truth = drawn.integers(0, 4, 60)
classes("four classes", np.round(drawn.normal(0, 1.5, (60, 4)) + 1.5 * np.eye(4)[truth], 3), truth)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    truth = drawn.choice([0, 1, 3], 40)  # of class 2 there is none; class 4 is neither there nor said
    scores = np.round(drawn.normal(0, 1, (40, 5)) + np.eye(5)[truth], 3)
    scores[:, 4] = -9
    classes("a class of no rows", scores, truth)
truth = (drawn.random(50) < 0.2).astype(int)
classes("two classes, equal scores", np.round(drawn.normal(0, 1, (50, 2)) + np.eye(2)[truth], 1), truth)
numbers("one number", 2 * wave(10, 0.9), 3 * wave(10, 0.2) + 0.5)
numbers("three numbers", wave(12, 0.9, 4, 3), wave(12, 0.2, 4, 3))
quantiles("three quantiles", [0.1, 0.5, 0.9], np.sort(wave(30, 0.4, 10, 3)), wave(10, 1.9))
truth = drawn.integers(0, 3, 30)
vectors("three groups", np.round(drawn.normal(0, 1, (30, 4)) + 2 * np.eye(4)[truth], 3), truth)


def plain(value):
    return value.item() if isinstance(value, np.generic) else value


(HERE / "metrics.json").write_text("[\n" + ",\n".join(json.dumps(case, default=plain) for case in CASES) + "\n]\n")
