# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files in files/ and files.json beside this file: small pictures and recordings by Pillow 13.0.0, soundfile
0.14.0, h5py 3.16.0 and torchvision 0.26.0, with what these libraries read back from them."""
import io
import json
import pathlib

import h5py
import numpy as np
import soundfile
import torch
import torchvision.transforms.v2 as transforms
from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
files = here / "files"
files.mkdir(exist_ok=True)
rng = np.random.default_rng(5)


def planes(image):
    array = np.asarray(image)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def smooth(height, width, channels):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    wave = 127 + 70 * np.sin(x / 3 + c) + 50 * np.cos(y / 4 - 2 * c)
    return (wave.clip(0, 255)).astype(np.uint8)


pictures = {}


def picture(name, expected):
    array = planes(expected)
    pictures[name] = {"shape": list(array.shape), "pixels": array.flatten().tolist()}


colour = Image.fromarray(smooth(9, 7, 3))
grey = Image.fromarray(smooth(9, 7, 1)[..., 0])
for name, image, options in [("rgb.jpg", colour, {"quality": 90}), ("grey.jpg", grey, {"quality": 90}),
                             ("progressive.jpg", colour, {"progressive": True, "quality": 80}),
                             ("cmyk.jpg", colour.convert("CMYK"), {"quality": 95})]:
    image.save(files / name, **options)
    picture(name, Image.open(files / name).convert("L" if name.startswith("grey") else "RGB"))
for orientation in range(2, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"turned_{orientation}.png"
    Image.fromarray(smooth(4, 3, 1)[..., 0]).save(files / name, exif=exif)
    picture(name, ImageOps.exif_transpose(Image.open(files / name)))
exif = Image.Exif()
exif[0x0112] = 6
colour.save(files / "turned.jpg", exif=exif, quality=90)
picture("turned.jpg", ImageOps.exif_transpose(Image.open(files / "turned.jpg")))
alpha = np.concatenate([smooth(5, 4, 3), rng.integers(0, 256, (5, 4, 1), dtype=np.uint8)], 2)
Image.fromarray(alpha).save(files / "rgba.png")
picture("rgba.png", Image.open(files / "rgba.png").convert("RGB"))
Image.fromarray(alpha[..., [0, 3]], "LA").save(files / "grey_alpha.png")
picture("grey_alpha.png", Image.open(files / "grey_alpha.png").convert("L"))
palette = Image.fromarray(rng.integers(0, 5, (6, 5), dtype=np.uint8), "P")
palette.putpalette([0, 0, 0, 250, 10, 20, 30, 240, 50, 60, 70, 230, 90, 80, 70])
palette.save(files / "palette.png")
picture("palette.png", Image.open(files / "palette.png").convert("RGB"))
ids = np.asarray(Image.open(files / "palette.png"))
Image.fromarray(smooth(5, 11, 1)[..., 0] > 120).save(files / "bits.png")
picture("bits.png", Image.open(files / "bits.png").convert("L"))
deep = rng.integers(0, 65536, (4, 5), dtype=np.uint16)
Image.fromarray(deep).save(files / "deep.png")
pictures["deep.png"] = {"shape": [1, 4, 5], "pixels": np.rint(deep / 257).astype(int).flatten().tolist()}
colour.save(files / "colour.bmp")
picture("colour.bmp", colour)
palette.save(files / "palette.bmp")
picture("palette.bmp", palette.convert("RGB"))
colour.save(files / "colour.ppm")
picture("colour.ppm", colour)

resized = []
for height, width, size in [(23, 17, 8), (9, 31, 6), (12, 12, 30), (10, 15, 7)]:
    image = torch.from_numpy(smooth(height, width, 3).transpose(2, 0, 1).copy())
    image[:, ::3] = 255 - image[:, ::3]
    made = transforms.CenterCrop(size)(transforms.Resize(size, antialias=True)(image.float()))
    resized.append({"in": list(image.shape), "pixels": image.flatten().tolist(), "size": size,
                    "out": [round(v, 3) for v in made.flatten().tolist()]})

recordings = {}
time = np.arange(300) / 8000
stereo = np.stack([0.5 * np.sin(2 * np.pi * 440 * time), 0.25 * np.cos(2 * np.pi * 100 * time)], 1)
for name, subtype in [("pcm16.wav", "PCM_16"), ("float.wav", "FLOAT"), ("ulaw.wav", "ULAW"), ("stereo.flac", "PCM_24"),
                      ("stereo.ogg", "VORBIS"), ("stereo.mp3", "MPEG_LAYER_III")]:
    rate = 44100 if name.endswith(("ogg", "mp3")) else 8000
    soundfile.write(files / name, stereo, rate, subtype=subtype)
    values, rate = soundfile.read(files / name, dtype="float32", always_2d=True)
    recordings[name] = {"rate": rate, "shape": list(values.T.shape), "first": values.T[:, :64].flatten().tolist()}

with h5py.File(files / "small.h5", "w") as made:
    made.create_dataset("x", data=np.arange(24, dtype="f4").reshape(12, 2), compression="gzip", shuffle=True)
    made["y"] = (np.arange(12) % 2).astype("u1")

json.dump([{"pictures": pictures, "ids": ids.flatten().tolist(), "resized": resized, "recordings": recordings}],
          open(here / "files.json", "w"), separators=(",", ":"))
