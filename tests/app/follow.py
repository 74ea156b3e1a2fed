# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows a live run by SWMR until its writer ends; prints how many points it saw grow, and any that changed."""
import sys
import time

import h5py
import numpy

path, name = sys.argv[1], sys.argv[2]
seen, growths, wrong = numpy.zeros(0), 0, 0
deadline = time.monotonic() + 60
file = None
while time.monotonic() < deadline:
    try:
        if file is None:
            file = h5py.File(path, "r", swmr=True)
        values = file["/scalars/" + name + "/value"]
        steps = file["/scalars/" + name + "/step"]
        values.refresh()
        steps.refresh()
        now = values[: min(len(values), len(steps))]
        if len(now) > len(seen):
            growths += 1
            wrong += int((now[: len(seen)] != seen).sum())
            wrong += int((steps[: len(now)] != numpy.arange(len(now))).sum())
            seen = now
            print("grown", len(seen), flush=True)
            if growths >= 3:
                break
    except (OSError, KeyError):
        # The writer is between two flushes, or has not begun.
        file = None
    time.sleep(0.05)
print("result", growths, len(seen), wrong, flush=True)
