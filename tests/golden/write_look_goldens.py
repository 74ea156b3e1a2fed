#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes look.json: the divergence at which scikit-learn's t-SNE of made points ends."""
import json
import math
import pathlib

import numpy as np
from sklearn.manifold import TSNE


def points(count, width, clusters, apart):
    all = np.empty((count, width))
    for i in range(count):
        for k in range(width):
            all[i, k] = apart * math.cos(2.1 * (i % clusters) + k) + math.sin(0.7 * (i * width + k) + i * i * 0.013)
    return all.astype(np.float32)


cases = []
for count, width, clusters, apart, perplexity in [(150, 6, 3, 4.0, 30), (200, 10, 5, 2.0, 20), (90, 3, 1, 0.0, 10)]:
    data = points(count, width, clusters, apart)
    made = TSNE(n_components=2, perplexity=perplexity, init="pca", method="exact", learning_rate="auto", max_iter=1000,
                random_state=0)
    made.fit_transform(data.astype(np.float64))
    cases.append({"count": count, "width": width, "clusters": clusters, "apart": apart, "perplexity": perplexity,
                  "kl": float(made.kl_divergence_)})
pathlib.Path(__file__).with_name("look.json").write_text(json.dumps(cases) + "\n")
