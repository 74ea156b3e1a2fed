# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes transforms.json beside this file: what torchvision (0.26.0), torchaudio (2.11.0), imbalanced-learn (0.14.2)
and scipy make of given inputs and parameters when they were written. Pictures are waves, as tests/support/golden.h
makes them."""
import json
import math
import pathlib

import numpy as np
import torch
import torchaudio.functional as AF
from imblearn.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE
from scipy.interpolate import CubicSpline
from sklearn.neighbors import NearestNeighbors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2 import InterpolationMode

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)


def wave(count, salt):
    return np.sin(0.7 * np.arange(count) + salt)


def picture(channels, height, width, salt):
    values = 0.5 + 0.5 * wave(channels * height * width, salt) * np.cos(0.013 * np.arange(channels * height * width) ** 1.3)
    return torch.tensor(values, dtype=torch.float32).reshape(channels, height, width)


def rounded(tensor, digits=4):
    return [round(float(v), digits) for v in torch.as_tensor(tensor).flatten()]


pictures = {"grey": (1, 9, 9, 0.3), "rgb": (3, 8, 7, 1.1), "wide": (3, 6, 11, 2.0)}
modes = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}
images = []


def add(op, params, make, only=None):
    for name in only or ["grey", "rgb"]:
        images.append({"op": op, "picture": list(pictures[name]), "params": params,
                       "out": rounded(make(picture(*pictures[name])))})


for angle in [17.3, -42.0, 90.0]:
    for mode in modes:
        add("rotate", {"angle": angle, "interpolation": mode, "fill": 0.25},
            lambda x, a=angle, m=mode: F.rotate(x, a, interpolation=modes[m], fill=0.25), pictures)
for angle, translate, scale, shear in [(10.0, [1, -2], 1.3, [5.0, -8.0]), (-25.5, [0, 1], 0.7, [0.0, 0.0]),
                                       (0.0, [2, 0], 1.0, [0.0, 20.0])]:
    for mode in modes:
        add("affine", {"angle": angle, "translate": translate, "scale": scale, "shear": shear, "interpolation": mode},
            lambda x, a=angle, t=translate, s=scale, h=shear, m=mode: F.affine(x, a, t, s, h, interpolation=modes[m], fill=0))
for corners in [[[1, 1], [5, 0], [6, 4], [0, 5]], [[0, 2], [6, 1], [4, 5], [2, 4]]]:
    for mode in modes:
        def make(x, c=corners, m=mode):
            h, w = x.shape[-2:]
            return F.perspective(x, [[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], c, interpolation=modes[m], fill=0)
        add("perspective", {"corners": corners, "interpolation": mode}, make)
for frame in [[0, 0, 4, 4], [1, 2, 5, 3], [2, 1, 3, 5]]:
    add("crop", {"frame": frame}, lambda x, f=frame: F.crop(x, *f), ["rgb", "grey"])
    add("resized_crop", {"frame": frame, "size": [9, 6]},
        lambda x, f=frame: F.resized_crop(x, *f, [9, 6], antialias=True), ["rgb", "wide"])
for mode in ["constant", "edge", "reflect", "symmetric"]:
    add("pad", {"padding": 3, "mode": mode, "fill": 0.6},
        lambda x, m=mode: F.pad(x, [3, 3, 3, 3], fill=0.6 if m == "constant" else 0, padding_mode=m), ["rgb"])
for size in [[4, 3], [5, 14], [16, 16], [3, 20]]:
    add("resize", {"size": size}, lambda x, s=size: F.resize(x, s, antialias=True))
add("vertical_flip", {}, F.vertical_flip)
for factor in [0.4, 1.7]:
    add("brightness", {"factor": factor}, lambda x, f=factor: F.adjust_brightness(x, f))
    add("contrast", {"factor": factor}, lambda x, f=factor: F.adjust_contrast(x, f))
    add("saturation", {"factor": factor}, lambda x, f=factor: F.adjust_saturation(x, f))
    add("sharpness", {"factor": factor}, lambda x, f=factor: F.adjust_sharpness(x, f))
for factor in [-0.5, -0.13, 0.31]:
    add("hue", {"factor": factor}, lambda x, f=factor: F.adjust_hue(x, f))
add("grayscale", {}, lambda x: F.rgb_to_grayscale(x, num_output_channels=x.shape[0]))
add("invert", {}, F.invert)
for bits in [1, 3, 8]:
    add("posterize", {"bits": bits}, lambda x, b=bits: F.posterize(x, b))
add("solarize", {"threshold": 0.6}, lambda x: F.solarize(x, 0.6))
add("autocontrast", {}, lambda x: F.autocontrast(0.2 + 0.5 * x))
add("equalize", {}, F.equalize)
for size, sigma in [(3, 0.5), (5, 1.4)]:
    add("blur", {"size": size, "sigma": sigma}, lambda x, k=size, s=sigma: F.gaussian_blur(x, [k, k], [s, s]))
add("erase", {"frame": [1, 2, 3, 4], "value": 0.3}, lambda x: F.erase(x, 1, 2, 3, 4, torch.tensor(0.3)))

# A larger picture, of which equalize has enough pixels for its steps; its levels are counted alone.
large = picture(1, 40, 30, 0.9)
images.append({"op": "equalize", "picture": [1, 40, 30, 0.9], "params": {}, "out": rounded(F.equalize(large), 3)})

policy = []
auto = v2.RandAugment()
space = {"rand": v2.RandAugment._AUGMENTATION_SPACE, "trivial": v2.TrivialAugmentWide._AUGMENTATION_SPACE,
         "augmix": v2.AugMix._AUGMENTATION_SPACE}
for name, bins, bin_ in [("rand", 31, 9), ("trivial", 31, 23), ("augmix", 10, 2)]:
    for op, (magnitudes, signed) in space[name].items():
        values = magnitudes(bins, 8, 7)
        magnitude = 0.0 if values is None else float(values[bin_])
        signs = [1, -1] if signed else [1]
        for sign in signs:
            out = auto._apply_image_or_video_transform(picture(*pictures["rgb"]), op, sign * magnitude,
                                                       interpolation=InterpolationMode.NEAREST, fill={})
            policy.append({"space": name, "op": op, "bins": bins, "bin": bin_, "sign": sign, "magnitude": magnitude,
                           "out": rounded(out) if name == "rand" else []})


def moments(values):
    values = np.asarray(values, dtype=float)
    return {"mean": values.mean(0).tolist(), "std": values.std(0).tolist(),
            "low": np.quantile(values, 0.1, axis=0).tolist(), "high": np.quantile(values, 0.9, axis=0).tolist()}


torch.manual_seed(0)
canvas = torch.zeros(3, 40, 30)
draws = {}
transform = v2.RandomResizedCrop(10)
draws["resized_crop"] = moments([[p["top"], p["left"], p["height"], p["width"]] for p in
                                 (transform.make_params([canvas]) for _ in range(20000))])
transform = v2.RandomErasing()
draws["erased"] = moments([[p["i"], p["j"], p["h"], p["w"]] for p in (transform.make_params([canvas]) for _ in range(20000))])
transform = v2.RandomAffine(30, (0.1, 0.2), (0.8, 1.4), (-5, 10, 0, 20))
draws["affine"] = moments([[p["angle"], *p["translate"], p["scale"], *p["shear"]] for p in
                           (transform.make_params([canvas]) for _ in range(20000))])
transform = v2.RandomZoomOut()
draws["zoom_out"] = moments([[p["padding"][1], p["padding"][0], p["padding"][1] + p["padding"][3] + 40,
                              p["padding"][0] + p["padding"][2] + 30] for p in (transform.make_params([canvas]) for _ in range(20000))])
transform = v2.RandomCrop((20, 20), padding=4)
draws["crop"] = moments([[p["top"] - 4, p["left"] - 4] for p in (transform.make_params([canvas]) for _ in range(20000))])
transform = v2.CutMix(alpha=1.0, num_classes=3)
draws["cut_mix"] = moments([[p["box"][1], p["box"][0], p["box"][3] - p["box"][1], p["box"][2] - p["box"][0], p["lam_adjusted"]] for p in
                            (transform.make_params([canvas]) for _ in range(20000))])
for alpha in [0.2, 1.0, 4.0]:
    draws[f"beta_{alpha}"] = moments([[v] for v in torch.distributions.Beta(alpha, alpha).sample((20000,)).tolist()])
stripes = []
for _ in range(20000):
    masked = AF.mask_along_axis(torch.zeros(1, 4, 50), 20, 1.0, 2)[0, 0]
    stripes.append([float(masked.sum()), float(masked.argmax()) if masked.sum() > 0 else np.nan])
stripes = np.array(stripes)
draws["stripe"] = moments(stripes[~np.isnan(stripes[:, 1])])
draws["stripe"]["empty"] = float(np.isnan(stripes[:, 1]).mean())

audio = []
sound = torch.tensor(0.4 * np.sin(2 * np.pi * 220 * np.arange(1600) / 8000) + 0.1 * wave(1600, 0.4), dtype=torch.float32)[None]
for rate in [0.8, 1.3]:
    window = torch.hann_window(256)
    spectrogram = torch.stft(sound, 256, 64, 256, window, return_complex=True)
    advance = torch.linspace(0, math.pi * 64, 129)[..., None]
    stretched = torch.istft(AF.phase_vocoder(spectrogram, rate, advance), 256, 64, 256, window, length=round(1600 / rate))
    audio.append({"op": "stretch", "rate": rate, "every": 7, "length": stretched.shape[-1], "out": rounded(stretched[0, ::7], 5)})
for steps in [-3, 2.5]:
    shifted = AF.pitch_shift(sound, 8000, steps, n_fft=256)
    audio.append({"op": "pitch", "steps": steps, "every": 7, "length": shifted.shape[-1], "out": rounded(shifted[0, ::7], 5)})
for old, new in [(8000, 6727), (3, 2), (441, 480)]:
    made = AF.resample(sound, old, new)
    audio.append({"op": "resample", "from": old, "to": new, "every": 7, "length": made.shape[-1], "out": rounded(made[0, ::7], 5)})

knots = [0.0, 9.4, 18.8, 28.2, 37.6, 47.0]
factors = [1.1, 0.8, 1.3, 0.9, 1.0, 1.2]
spline = {"knots": knots, "values": factors, "out": rounded(torch.tensor(CubicSpline(knots, factors)(np.arange(48))), 9)}

# Three clouds, rare classes near and far from the common one.
points, labels = [], []
for label, (count, centre) in enumerate([(40, 0.0), (14, 1.2), (12, 2.2)]):
    for i in range(count):
        points.append([centre + 1.1 * math.sin(1.7 * (i + 1) * (f + 1) + label) + 0.3 * math.cos(0.37 * i * i + f) for f in range(4)])
        labels.append(label)
points = np.array(points, dtype=np.float32)
labels = np.array(labels)
wide = np.array([[math.sin(0.91 * (i + 1) * (f + 1) + 0.3 * f * f) for f in range(12)] for i in range(60)], dtype=np.float32)
tables = {"points": [[round(float(v), 7) for v in row] for row in points], "labels": labels.tolist(),
          "neighbours": NearestNeighbors(n_neighbors=6).fit(points).kneighbors(points, return_distance=False)[:, 1:].tolist(),
          "wide_neighbours": NearestNeighbors(n_neighbors=6).fit(wide).kneighbors(wide, return_distance=False)[:, 1:].tolist()}
for name, sampler in [("smote", SMOTE(random_state=0)), ("adasyn", ADASYN(random_state=0)), ("borderline", BorderlineSMOTE(random_state=0))]:
    made, made_labels = sampler.fit_resample(points, labels)
    tables[name] = {"counts": np.bincount(made_labels).tolist()}
sampler = BorderlineSMOTE(random_state=0)
sampler.fit_resample(points, labels)
tables["borderline"]["danger"] = {str(k): v.tolist() for k, v in sampler.in_danger_indices.items()}
for strategy in ["minority", "not majority", "not minority", "all"]:
    tables["smote"][strategy] = np.bincount(SMOTE(sampling_strategy=strategy, random_state=0).fit_resample(points, labels)[1]).tolist()
pairs = labels < 2
tables["smote"]["0.7"] = np.bincount(SMOTE(sampling_strategy=0.7, random_state=0).fit_resample(points[pairs], labels[pairs])[1]).tolist()
# The exact line of each new point: how often imbalanced-learn takes each row as its start says nothing, but every new
# point lies between a row and one of its five neighbours; the categories of SMOTENC are those of the neighbours.
mixed = np.hstack([points[:, :2], (np.arange(len(points)) % 3)[:, None]])
made, _ = SMOTENC(categorical_features=[2], random_state=0).fit_resample(mixed, labels)
tables["smotenc"] = {"categories": sorted({float(v) for v in made[:, 2]}), "rows": len(made)}

json.dump([{"images": images, "policy": policy, "draws": draws, "audio": audio, "spline": spline, "tables": tables}],
          open(here / "transforms.json", "w"), separators=(",", ":"))
