#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains every sample card with descent-cli and keeps what its thumbnail and its recording need.

Usage: record.py BUILD_DIR [CARD …]        needs h5py and numpy

Writes resources/cards/<card>.json: one entry for each run with `opened`, `scalars`, `events` and `finished` as in the
run's own file. Step scalars are thinned to the extremes of some stretches, surfaces to a few, folders are left out.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

HERE = pathlib.Path(__file__).resolve().parent
EXPERIMENTS = HERE.parent / "experiments"
POINTS = 200
SURFACES = 8
KEPT = {"best_changed", "patience_changed", "edited", "surface", "confusion"}


def lines(file, name):
    """(place, event) of each line in a group of events."""
    if f"{name}/lines" not in file:
        return []
    text = bytes(numpy.asarray(file[f"{name}/lines"])).decode()
    return [(line[0], line[2]) for line in map(json.loads, filter(None, text.split("\n")))]


def thin(step, value, time):
    """Smallest and largest value of each stretch, in order, and the ends."""
    if len(step) <= POINTS:
        keep = range(len(step))
    else:
        keep = {0, len(step) - 1}
        for part in numpy.array_split(numpy.arange(len(step)), POINTS // 2):
            keep |= {int(part[numpy.argmin(value[part])]), int(part[numpy.argmax(value[part])])}
    keep = sorted(keep)
    return {
        "step": [int(step[i]) for i in keep],
        "value": [float(f"{value[i]:.5g}") for i in keep],
        "time": [round(float(time[i] - time[0]), 3) for i in keep],
    }


def story(events, alone):
    """All events but most of the surfaces: they are kept ever wider apart, of one of several runs only the last."""
    surfaces = [event for event in events if event["event"] == "surface"]
    if not alone:
        events = [event for event in events if event["event"] != "surface" or event is surfaces[-1]]
    elif len(surfaces) > SURFACES:
        places = numpy.unique(numpy.geomspace(1, len(surfaces), SURFACES).astype(int)) - 1
        best = [event["step"] for event in events if event["event"] == "best_changed"][-1:]
        nearest = [min(range(len(surfaces)), key=lambda i: abs(surfaces[i]["step"] - s)) for s in best]
        keep = {surfaces[i]["step"] for i in [*places, *nearest]}
        events = [event for event in events if event["event"] != "surface" or event["step"] in keep]
    last_confusion = max((e["step"] for e in events if e["event"] == "confusion"), default=-1)
    return [e for e in events if e["event"] != "confusion" or e["step"] == last_confusion]


def record(run, alone):
    with h5py.File(run / "run.h5", "r") as file:
        scalars = {}

        def take(name, item):
            if isinstance(item, h5py.Group) and "value" in item:
                scalars[name] = thin(item["step"][:], item["value"][:], item["time"][:])

        file["scalars"].visititems(take)
        placed = sorted(lines(file, "events") + lines(file, "frames"), key=lambda entry: entry[0])
    events = [event for _, event in placed]
    opened = next(event for event in events if event["event"] == "run_opened")
    opened.pop("folder", None)
    finished = next(event for event in reversed(events) if event["event"] == "run_finished")
    return {
        "opened": opened,
        "scalars": scalars,
        "events": story([event for event in events if event["event"] in KEPT], alone),
        "finished": finished,
    }


def train(build, run, folder, before):
    """The folder of the run, a branch of `before` if it says so."""
    command = [build / "bin" / "descent-cli", "train", EXPERIMENTS / f"{run['experiment']}.experiment.json"]
    if "branch_at" in run:
        command = [command[0], "branch", before, "--at", run["branch_at"]]
    command += ["--runs", folder, "--json"]
    for path, value in run.get("set", {}).items():
        command += ["--set", f"{path}={json.dumps(value)}"]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE)
    answer = json.loads(done.stdout)
    if "run" not in answer:
        sys.exit(f"{run['experiment']}: {answer}")
    print(run["experiment"], run.get("set", ""), answer["status"], f"{answer['train_seconds']:.1f} s", answer["metrics"], answer.get("best"), file=sys.stderr)
    return pathlib.Path(answer["run"])


def main():
    build, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    for card in json.loads((EXPERIMENTS / "cards.json").read_text()):
        if not card["runs"] or (wanted and card["key"] not in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            runs, before = [], None
            for run in card["runs"]:
                before = train(build, run, folder, before)
                runs.append(record(before, len(card["runs"]) == 1))
        (HERE / f"{card['key']}.json").write_text(json.dumps(runs, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
