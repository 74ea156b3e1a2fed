# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows a live run.h5 as a person with h5py would. Reads commands from standard input, one a line:
`see N` refreshes and answers `ok` if the run's scalars are those of steps 0 ... N - 1 (and `more` if there are more),
`final N` opens the file without SWMR and checks everything that a finished run promises. Anything wrong is the answer.
"""
import json
import math
import sys

import h5py
import numpy as np

path = sys.argv[1]
live = None


def expected(n):
    steps = np.arange(n)
    return steps, np.float32(1) / (steps + 1).astype(np.float32), 1.7e9 + steps / 64


def wrong(file, n, exact):
    for name in ("train/loss", "train/lr"):
        group = file["scalars"][name]
        if live is not None:
            for part in ("step", "time", "value"):
                group[part].refresh()
        step, time, value = group["step"][:], group["time"][:], group["value"][:]
        if step.dtype != np.int64 or value.dtype != np.float64 or time.dtype != np.float64:
            return f"types {step.dtype} {value.dtype} {time.dtype}"
        if len(value) < len(step) or (exact and not len(step) == len(value) == len(time) == n) or len(step) < n:
            return f"{name}: {len(step)} steps, {len(value)} values, {len(time)} times, not {n}"
        steps, losses, times = expected(len(step))
        if not np.array_equal(step, steps) or not np.array_equal(time[: len(step)], times):
            return f"{name}: steps or times"
        if not np.array_equal(value[: len(step)], losses.astype(np.float64) if name == "train/loss" else np.full(len(step), 0.1)):
            return f"{name}: values"
    return None


def facts(file, status):
    a = file.attrs
    got = [a["format"], a["format_version"], a["status"], a["seed"], a["threads"], a["device"], a["torch"], a["name"]]
    want = ["descent-run", 1, status, 7, 2, "cpu", "2.11.0", "Two moons"]
    if got != want:
        return f"attributes {got}"
    if json.loads(a["config_json"])["train"]["seed"] != 7 or not a["created"].endswith("Z"):
        return "config_json or created"
    return None


def final(n):
    with h5py.File(path, "r") as file:
        problem = wrong(file, n, True) or facts(file, "completed")
        if problem:
            return problem
        if file["edits/path"].asstr()[:].tolist() != ["train.optimizer.lr"] or file["edits/step"][:].tolist() != [3]:
            return "edits"
        if file["scalars/train/loss/value"].compression != "gzip" or not file["scalars/train/loss/value"].shuffle:
            return "filters"
        if len(file["findings/rule"]) != 0 or file.attrs["digest"] != "00112233445566778899aabbccddeeff":
            return "findings or digest"
        lines = bytes(file["events/lines"][:]).decode().splitlines()
        if json.loads(lines[0])[2]["event"] != "run_opened":
            return "events"
        if not math.isclose(file["scalars/validation/loss/value"][0], 2 / 11):
            return "validation"
    return None


for line in sys.stdin:
    command, count = line.split()
    n = int(count)
    try:
        if command == "final":
            live = None
            problem = final(n)
        else:
            if live is None:
                live = h5py.File(path, "r", swmr=True)
            problem = facts(live, "running") or wrong(live, n, command == "see")
    except Exception as error:
        problem = repr(error)
    print(problem or "ok", flush=True)
