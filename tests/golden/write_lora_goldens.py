# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes lora.json: steps of plain gradient descent on low-rank adapters, as PyTorch's autograd makes them.

    python3 tests/golden/write_lora_goldens.py      # needs torch; written with 2.11.0

The adapter is written as Hu et al. 2021 have it (and peft's Linear): y = x Wᵀ + b + alpha / rank · (x Aᵀ) Bᵀ.
"""
import json
import pathlib

import torch
from torch.nn import functional as F

RANK, ALPHA, LR, STEPS = 2, 6.0, 0.02, 5
torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
w0, b0 = torch.randn(4, 3) * 0.5, torch.randn(4) * 0.1
w2, b2 = (torch.randn(2, 4) * 0.5).requires_grad_(), (torch.randn(2) * 0.1).requires_grad_()
a, b = torch.randn(RANK, 3).requires_grad_(), torch.zeros(4, RANK).requires_grad_()
x = torch.randn(5, 3)


def forward():
    hidden = F.linear(x, w0, b0) + ALPHA / RANK * F.linear(F.linear(x, a), b)
    return F.linear(torch.tanh(hidden), w2, b2)


def named():
    return {"0.weight.lora_A": a.tolist(), "0.weight.lora_B": b.tolist(), "2.weight": w2.tolist(), "2.bias": b2.tolist()}


before = {"0.weight": w0.tolist(), "0.bias": b0.tolist(), **named()}
for _ in range(STEPS):
    for p in (a, b, w2, b2):
        p.grad = None
    forward().square().sum().backward()
    with torch.no_grad():
        for p in (a, b, w2, b2):
            p -= LR * p.grad
after = {"0.weight": (w0 + ALPHA / RANK * b @ a).tolist(), "0.bias": b0.tolist(), **named()}
golden = [{"rank": RANK, "alpha": ALPHA, "lr": LR, "steps": STEPS, "input": x.tolist(), "before": before,
           "after": after, "output": forward().tolist()}]
(pathlib.Path(__file__).parent / "lora.json").write_text(json.dumps(golden) + "\n")
