# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes report.json beside this file: figures of scikit-learn and numpy for scores that are drawn here."""
import json
import pathlib

import numpy
from sklearn import metrics

draw = numpy.random.default_rng(7)


def classes(count, rows, ties):
    truths = draw.integers(0, count, rows)
    scores = draw.random((rows, count)) + 0.8 * numpy.eye(count)[truths]
    scores /= scores.sum(1, keepdims=True)
    if ties:
        scores = numpy.round(scores, 1)
    # As they are read back, so that equal ones stay equal.
    scores = scores.astype(numpy.float32)
    said = scores.argmax(1)
    labels = list(range(count))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truths, said, labels=labels, zero_division=0)
    macro = metrics.precision_recall_fscore_support(truths, said, average="macro", zero_division=0)
    curves = []
    for label in labels:
        wrong, right, _ = metrics.roc_curve(truths == label, scores[:, label], drop_intermediate=False)
        curves.append({"false": wrong.tolist(), "true": right.tolist(),
                       "area": metrics.roc_auc_score(truths == label, scores[:, label])})
    return {"kind": "classes", "classes": count, "truths": truths.tolist(), "scores": scores.astype(float).tolist(),
            "confusion": metrics.confusion_matrix(truths, said, labels=labels).tolist(),
            "accuracy": metrics.accuracy_score(truths, said), "precision": precision.tolist(),
            "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
            "macro": [float(one) for one in macro[:3]], "roc": curves}


def numbers(rows):
    truths = draw.gamma(2, 3, rows)
    said = (truths + draw.normal(0.3, 1, rows)).astype(numpy.float32).astype(float)
    counts, edges = numpy.histogram(truths, bins=10)
    # The last part holds its upper end.
    part = numpy.minimum(numpy.searchsorted(edges, truths, side="right") - 1, 9)
    absolute = [float(numpy.abs(said - truths)[part == k].mean()) if (part == k).any() else None for k in range(10)]
    return {"kind": "numbers", "truths": truths.tolist(), "predictions": said.tolist(),
            "rmse": float(numpy.sqrt(metrics.mean_squared_error(truths, said))),
            "mae": metrics.mean_absolute_error(truths, said), "r2": metrics.r2_score(truths, said),
            "mean": float((said - truths).mean()), "counts": counts.tolist(), "absolute": absolute}


cases = [classes(2, 40, False), classes(2, 40, True), classes(4, 60, False), classes(4, 60, True), numbers(50)]
(pathlib.Path(__file__).parent / "report.json").write_text(json.dumps(cases) + "\n")
