# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes hparams.json beside this file: the event files of a small study, as TensorBoard (2.21) writes them: the summaries by
hparams.api, the records by its own writer. Maps are in the order of their keys (deterministic serialisation)."""
import io
import json
import pathlib

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2, summary_v2 as hp
from tensorboard.summary.writer.record_writer import RecordWriter

CREATED = 1700000000.5


def file_of(time, events):
    out = io.BytesIO()
    writer = RecordWriter(out)
    first = event_pb2.Event(wall_time=time, file_version="brain.Event:2",
                            source_metadata=event_pb2.SourceMetadata(writer="descent"))
    for event in [first, *events]:
        writer.write(event.SerializeToString(deterministic=True))
    return out.getvalue().hex()


def event(time, step, summary):
    return event_pb2.Event(wall_time=time, step=step, summary=summary)


def start(time, number, values):
    """hparams_pb, with the map inside in order: metadata hold it as bytes."""
    summary = hp.hparams_pb(values, trial_id=number, start_time_secs=time)
    inside = summary.value[0].metadata.plugin_data
    inside.content = plugin_data_pb2.HParamsPluginData.FromString(inside.content).SerializeToString(deterministic=True)
    return event(time, 0, summary)


def end(time, status):
    return event(time, 0, hp._summary_pb("_hparams_/session_end_info", plugin_data_pb2.HParamsPluginData(
        session_end_info=plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time))))


def scalar(time, step, tag, value):
    return event(time, step, summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)]))


config = hp.hparams_config_pb(
    [hp.HParam("lr", hp.RealInterval(1e-4, 0.1), description="continuous log"),
     hp.HParam("layers", hp.IntInterval(1, 9), description="integer linear step 2"),
     hp.HParam("kind", hp.Discrete(["sgd", "adam"]), description="categorical"),
     hp.HParam("batch", hp.Discrete([16, 8]), description="categorical"),
     hp.HParam("nesterov", hp.Discrete([True, False]), description="categorical"),
     hp.HParam("mode", hp.Discrete(["true", "x"]), description="categorical")],
    [hp.Metric("loss", description="minimize"), hp.Metric("accuracy", description="maximize")], time_created_secs=CREATED)
point = {"lr": 0.01, "layers": 3, "kind": "adam", "batch": 16, "nesterov": False, "mode": "true"}
t = [1700000010.0 + 10 * i for i in range(4)]
files = {
    "events.out.tfevents.1700000000.descent": file_of(CREATED, [event(CREATED, 0, config)]),
    "trial-0000/events.out.tfevents.1700000010.descent": file_of(t[0], [
        start(t[0], "0", point), scalar(t[0] + 5, 0, "reports/loss", 0.5), scalar(t[0] + 5, 300, "reports/loss", 0.25),
        scalar(t[0] + 5, 300, "loss", 0.25), scalar(t[0] + 5, 300, "accuracy", 0.9), end(t[0] + 5, api_pb2.STATUS_SUCCESS)]),
    "trial-0001/events.out.tfevents.1700000020.descent": file_of(t[1], [
        start(t[1], "1", {**point, "lr": 0.1, "mode": "x"}), scalar(t[1] + 5, 0, "reports/loss", 2),
        scalar(t[1] + 5, 0, "loss", 2), scalar(t[1] + 5, 0, "stopped_early", 1), end(t[1] + 5, api_pb2.STATUS_SUCCESS)]),
    "trial-0002/events.out.tfevents.1700000030.descent": file_of(t[2], [
        start(t[2], "2", {**point, "kind": "sgd", "nesterov": True}), end(t[2] + 5, api_pb2.STATUS_FAILURE)]),
    "trial-0003/events.out.tfevents.1700000040.descent": file_of(t[3], [start(t[3], "3", {**point, "layers": 9, "batch": 8})]),
}
(pathlib.Path(__file__).parent / "hparams.json").write_text(json.dumps(files, indent=1) + "\n")
