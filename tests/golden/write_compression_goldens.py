# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes compression.json beside this file: what PyTorch's powerSGD_hook (2.11) makes of drawn gradients on two ranks.

Gradient `place` of rank r at step s is the wave with salt 10 s + 3 r + place; the first Q is the wave with salt 0.5."""
import json
import math
import pathlib
import tempfile

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.distributed.algorithms.ddp_comm_hooks import powerSGD_hook as power

SHAPES = [[12, 10], [4], [9, 3, 4]]
RANK, STEPS, WORLD = 1, 4, 2


def wave(count, salt):
    return torch.tensor([math.sin(0.7 * i + salt) for i in range(count)], dtype=torch.float32)


class Bucket:
    def __init__(self, gradients):
        self.sizes = [g.shape for g in gradients]
        self.flat = torch.cat([g.reshape(-1) for g in gradients])

    def buffer(self):
        return self.flat

    def gradients(self):
        parts, place = [], 0
        for size in self.sizes:
            count = math.prod(size)
            parts.append(self.flat[place:place + count].view(size))
            place += count
        return parts

    def index(self):
        return 0

    def is_last(self):
        return True


def work(rank, store, results):
    dist.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=WORLD)
    state = power.PowerSGDState(None, matrix_approximation_rank=RANK, start_powerSGD_iter=2)
    state.iter = 2
    matrices = [s for s in SHAPES if len(s) > 1]
    rows = sum(s[0] for s in matrices)
    columns = sum(math.prod(s[1:]) for s in matrices)
    state.p_memory_dict[0] = torch.zeros(rows * RANK)
    state.q_memory_dict[0] = wave(columns * RANK, 0.5)
    means = []
    for step in range(STEPS):
        bucket = Bucket([wave(math.prod(s), 10 * step + 3 * rank + place).view(s) for place, s in enumerate(SHAPES)])
        power.powerSGD_hook(state, bucket).wait()
        means.append([g.tolist() for g in bucket.gradients()])
    if rank == 0:
        results.put(means)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    context = mp.get_context("spawn")
    results = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        ranks = [context.Process(target=work, args=(r, folder + "/store", results)) for r in range(WORLD)]
        for each in ranks:
            each.start()
        means = results.get()
        for each in ranks:
            each.join()
    cases = [{"shapes": SHAPES, "rank": RANK, "means": means}]
    round_all = lambda v: [round_all(x) for x in v] if isinstance(v, list) else float(f"{v:.7g}")
    cases[0]["means"] = round_all(means)
    (here / "compression.json").write_text(json.dumps(cases) + "\n")
