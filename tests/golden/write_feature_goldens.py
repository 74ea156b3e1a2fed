# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes features.json beside this file: what scikit-learn (1.9.1), torchaudio (2.11.0) and torchvision (0.26.0) make of
texts, waveforms and pictures."""
import json
import pathlib

import numpy as np
import torch
import torchaudio
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import mean_absolute_error, r2_score
from torchvision import tv_tensors
from torchvision.transforms import v2

here = pathlib.Path(__file__).parent


def wave(count, salt):
    """The same numbers as tests::wave()."""
    return np.sin(0.7 * np.arange(count) + salt)


def flat(values, digits=6):
    return [float(f"{value:.{digits}g}") for value in np.asarray(values, dtype=np.float64).reshape(-1)]


texts = ["The quick brown fox jumps over the lazy dog.", "A dog, a DOG! and another fox_1 isn't the fox.",
         "ÜBER die Brücke: 3 Füchse und 12 Hunde", "Быстрая лиса и ленивая СОБАКА, собака спит", "東京 は 大きい 都市",
         "naïve café — naïve Café…", "", "dog the the x y z"]
cases = []
for options in [{}, {"ngrams": 2, "weighting": "counts"}, {"weighting": "binary", "lowercase": False},
                {"vocabulary": 2, "weighting": "counts"}, {"vocabulary": 1}]:
    kind = TfidfVectorizer if options.get("weighting", "tf_idf") == "tf_idf" else CountVectorizer
    more = {"binary": True} if options.get("weighting") == "binary" else {}
    made = kind(max_features=options.get("vocabulary", 2000), ngram_range=(1, options.get("ngrams", 1)),
                lowercase=options.get("lowercase", True), **more).fit(texts[:7])
    cases.append({"kind": "text", "options": options, "texts": texts, "learned": 7, "words": made.get_feature_names_out().tolist(),
                  "numbers": flat(made.transform(texts).toarray())})

for frm, to, frames in [(11025, 8000, 300), (8000, 16000, 150), (44100, 16000, 500), (16000, 16000, 20)]:
    signal = torch.tensor(0.5 * wave(frames, 0.3))  # in float32 torchaudio rounds its phases, which moves the fifth digit
    cases.append({"kind": "resample", "from": frm, "to": to, "frames": frames,
                  "numbers": flat(torchaudio.functional.resample(signal, frm, to))})
for rate, fft, hop, mels, frames in [(8000, 128, 40, 20, 600), (16000, 400, 160, 64, 800), (16000, 81, 27, 12, 300)]:
    # A pure tone would leave bands that hold nothing but rounding.
    signal = torch.tensor(0.4 * wave(frames, 1.1) + 0.1 * np.sin(0.37 * np.arange(frames) ** 2))
    made = torchaudio.transforms.MelSpectrogram(rate, n_fft=fft, hop_length=hop, n_mels=mels).double()(signal)
    cases.append({"kind": "mel", "sample_rate": rate, "n_fft": fft, "hop_length": hop, "n_mels": mels, "frames": frames,
                  "shape": list(made.shape), "numbers": flat(torch.log(made + 1e-6), 6)})

for channels, height, width, size in [(3, 13, 17, 8), (1, 7, 5, 12), (3, 40, 23, 10), (1, 9, 9, 9)]:
    image = torch.tensor((wave(channels * height * width, 0.5) + 1) / 2, dtype=torch.float32).reshape(channels, height, width)
    boxes = tv_tensors.BoundingBoxes([[1, 2, width - 1, height - 2], [0, 0, 1, 1]], format="XYXY", canvas_size=(height, width),
                                     dtype=torch.float32)
    mask = tv_tensors.Mask((torch.arange(height * width) % 5).reshape(height, width).to(torch.uint8))
    both = v2.Compose([v2.Resize(size, antialias=True), v2.CenterCrop(size)])
    made, made_boxes, made_mask = both(tv_tensors.Image(image), boxes, mask)
    cases.append({"kind": "image", "shape": [channels, height, width], "size": size, "numbers": flat(made),
                  "boxes": [flat(box) for box in made_boxes], "mask": made_mask.reshape(-1).tolist()})
grey = v2.functional.rgb_to_grayscale(torch.tensor((wave(3 * 4, 0.5) + 1) / 2, dtype=torch.float32).reshape(3, 2, 2))
cases.append({"kind": "grey", "numbers": flat(grey)})

truth, said = wave(12, 0.2).reshape(4, 3), wave(12, 0.9).reshape(4, 3)
cases.append({"kind": "metrics", "r2": r2_score(truth, said), "mae": mean_absolute_error(truth, said),
              "mse": float(torch.nn.MSELoss()(torch.tensor(said), torch.tensor(truth)))})
json.dump(cases, open(here / "features.json", "w"), ensure_ascii=False, separators=(",", ":"))
