# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files/pth/*.pth as torch.save makes them, and pth.json: which tensors are in them.

    python3 tests/golden/write_pth_goldens.py      # needs torch; written with 2.11.0
"""
import collections
import io
import json
import os
import pathlib
import pickle
import zipfile

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
FILES = HERE / "files" / "pth"
FILES.mkdir(parents=True, exist_ok=True)
NAMES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def described(state):
    return [{"name": name, "dtype": NAMES[t.dtype], "shape": list(t.shape),
             "values": t.detach().contiguous().double().flatten().tolist()} for name, t in state.items()]


torch.manual_seed(5)
net = nn.Sequential(collections.OrderedDict(conv=nn.Conv2d(1, 2, 3), bn=nn.BatchNorm2d(2), fc=nn.Linear(4, 3)))
plain = net.state_dict()
base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
kinds = {f"kind_{name.lower()}": (torch.arange(6) % 2).reshape(2, 3).to(dtype) for dtype, name in NAMES.items()}
strange = {"turned": base.t(), "stepped": base[::2, 1::2], "row": base[3], "wide": torch.ones(1, 3).expand(4, 3),
           "one": torch.tensor(2.5), "none": torch.empty(0, 4), "channels_last":
           torch.arange(24.).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last)}
cases = {
    "plain": (plain, plain),
    "kinds": (kinds, kinds),
    "strange": (strange, strange),
    "nested": ({"epoch": 3, "best": 0.5, "state_dict": plain, "optimizer": torch.optim.Adam(net.parameters()).state_dict(),
                "note": "ü", "list": [1, -2, None, True, 1 << 40]}, plain),
    "parallel": ({"model": {"module." + k: v for k, v in plain.items()}}, plain),
    "parameters": ({k: nn.Parameter(v) for k, v in plain.items() if v.is_floating_point()},
                   {k: v for k, v in plain.items() if v.is_floating_point()}),
}
golden = []
for name, (content, state) in cases.items():
    torch.save(content, FILES / f"{name}.pth")
    golden.append({"file": f"{name}.pth", "tensors": described(state)})
torch.save(plain, FILES / "protocol4.pth", pickle_protocol=4)
golden.append({"file": "protocol4.pth", "tensors": described(plain)})
torch.save(plain, FILES / "before_1_6.pth", _use_new_zipfile_serialization=False)
torch.jit.script(nn.Linear(2, 2)).save(str(FILES / "script.pth"))
torch.save(net, FILES / "module.pth")


class Evil:
    def __reduce__(self):
        return os.system, ("touch descent-was-run",)


def archive(pickled):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("archive/data.pkl", pickled)
        z.writestr("archive/data/0", b"\0" * 16)
    return out.getvalue()


(FILES / "evil.pth").write_bytes(archive(pickle.dumps({"w": Evil()}, 2)))
(HERE / "pth.json").write_text(json.dumps(golden, indent=0) + "\n")
seeds = HERE.parent / "fuzz" / "seeds" / "pth"
seeds.mkdir(parents=True, exist_ok=True)
torch.save({"a": torch.ones(2), "b": base.t()[:2]}, seeds / "small.pth")
with zipfile.ZipFile(FILES / "nested.pth") as z:
    (seeds / "nested.pkl").write_bytes(z.read("nested/data.pkl"))
with zipfile.ZipFile(FILES / "strange.pth") as z:
    (seeds / "strange.pkl").write_bytes(z.read("strange/data.pkl"))
