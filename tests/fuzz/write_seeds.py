# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes seeds/<target>/ beside this file: small valid files for the fuzzers to begin with (numpy 2.4.6)."""
import gzip
import io
import pathlib
import struct
import zipfile

import numpy as np

here = pathlib.Path(__file__).parent / "seeds"


def seed(target, name, content):
    (here / target).mkdir(parents=True, exist_ok=True)
    (here / target / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def block(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def record(content):
    return struct.pack("<II", 0xCED7230A, len(content)) + content + b"\0" * (-len(content) % 4)


def tensor(field, kind, content):
    return block(field, block(1, b"values") + block(2, block(kind, content)))


def text(value):
    return struct.pack("<Q", len(value)) + value


def entry(element, *shape):
    return text(b"x") + text(b"") + struct.pack(f"<QQ{len(shape)}Q", element, len(shape), *shape)


def message(content):
    return bytes([len(content)]) + content


seed("row_index", "quoted", b"\x28a,b\n1,\"x\ny\"\n\n3,4\n")
seed("row_index", "comments", b"\x12# c\n1 2\n 3")
seed("row_index", "records", b"\x05" + struct.pack("<II", 0xCED7230A, 3) + b"abc\0" + struct.pack("<II", 0xCED7230A, 0))
seed("csv", "plain", 'a,b,c\n1,"x ""y""",2024-01-01\n2.5,,NA\n')
seed("csv", "semicolon", "\ufeffa;b\r\n1,5;x\r\n")
seed("cell_forms", "date", "17.05.2024 9:30 PM")
seed("cell_forms", "month", "May 3, 2024")
seed("cell_forms", "amount", "$ -1,234.50")
seed("idx", "bytes", bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]))
seed("gzip", "two", gzip.compress(b"one" * 100, mtime=0) + gzip.compress(b"two", mtime=0))
seed("npy", "c", npy(np.arange(6, dtype="<f4").reshape(2, 3)))
seed("npy", "fortran", npy(np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4))))
seed("npy", "texts", npy(np.array(["a", "bcd"])))
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as made:
    made.writestr(zipfile.ZipInfo("x.npy"), npy(np.zeros(3)))
    made.writestr(zipfile.ZipInfo("y.npy"), npy(np.zeros(300)), compress_type=zipfile.ZIP_DEFLATED)
seed("zip", "npz", archive.getvalue())
seed("libsvm", "plain", "1 qid:3 1:0.5 3:2 # c\n-1 2:1e-3\n")
seed("json_lines", "records", '{"a": 1, "b": "x", "c": [1, 2], "d": {"e": true}}\n{"a": null}\n')
seed("json_lines", "deepar", '{"start": "2024-01-31 00:00:00", "target": [1, "NaN"], "cat": [1], "dynamic_feat": [[1, 2]]}\n')
seed("json_lines", "list", '[{"a": 1}, {"a": "2024-01-01"}]')
seed("fast_text", "plain", "__label__a __label__b some words\nmore __label__c\n")
seed("word_vectors", "plain", "2 2\ncat 1 2.5\nnew york -1 1e-3\n")
seed("word_vectors", "binary", b"1 2\ncat " + struct.pack("<2f", 1, 2) + b"\n")
seed("record_io", "dense", record(tensor(1, 2, block(1, struct.pack("<2f", 1, 2))) + tensor(2, 2, block(1, struct.pack("<f", 3)))))
seed("record_io", "sparse", record(tensor(1, 3, block(1, struct.pack("<2d", 1, 2)) + block(2, varint(1) + varint(300)) + block(3, varint(400)))))
seed("cifar", "label", b"\x03\x07pixels")
seed("coco", "plain", '{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "iscrowd": 0}], "categories": [{"id": 2, "name": "cat"}]}')
seed("voc", "plain", '<?xml version="1.0"?><annotation a="b"><!-- c --><filename>x.jpg</filename><size><width>5</width></size><object><name>a &amp; b</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>')
seed("h5_messages", "bytes", message(b"L" + struct.pack("<Q", 1) + entry(1, 2)) + message(b"A" + entry(1, 2) + struct.pack("<Q", 2)) + message(b"Bab"))
seed("h5_messages", "texts", message(b"L" + struct.pack("<Q", 1) + entry(12, 2)) + message(b"A" + entry(12, 2) + struct.pack("<Q", 2)) + message(b"T" + text(b"a") + text(b"bc")))
seed("json", "plain", '{"a": [1, 2.5, null, true, "x\\u00e4"], "b": {}}')
seed("wordnet", "two", "  1 licence\nbig a 1 1 & 1 0 00000012  \nlarge a 1 1 & 1 0 00000012  \n\0  1 licence\n"
     "00000012 00 a 02 large 0 big(p) 1 001 & 00000012 a 0000 | of size\n")


def crc(data):
    total = 0xFFFFFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0x82F63B78 if total & 1 else 0)
    total ^= 0xFFFFFFFF
    return struct.pack("<I", ((total >> 15 | total << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def event(step, content):
    data = varint(9) + struct.pack("<d", 1.5) + varint(16) + varint(step) + content
    length = struct.pack("<Q", len(data))
    return length + crc(length) + data + crc(data)


def scalar(tag, content):
    return block(5, block(1, block(1, tag) + content))


seed("scalar_log", "events", event(0, scalar(b"loss", varint(2 << 3 | 5) + struct.pack("<f", 0.5)))
     + event(1, scalar(b"a/b", block(8, varint(8) + varint(1) + varint(5 << 3 | 5) + struct.pack("<f", 2)))))
seed("scalar_log", "plain", "step,loss,accuracy\n0,1.5,nan\n1,,0.5\n")
seed("scalar_log", "tensorboard", '"Wall time",Step,Value\n1.5,0,2\n2.5,1,inf\n')

RANGES = ('[{"path": "lr", "min": 1e-4, "max": 1, "scale": "log"}, {"path": "kind", "values": ["a", "b"]}, '
          '{"path": "n", "type": "integer", "min": 1, "max": 9, "when": {"path": "kind", "values": ["b"]}}]')
SPEC = ('{"objective": {"metric": "loss", "goal": "minimize"}, "max_jobs": 4, "strategy": {"kind": "TPE", "startup_trials": 2}, '
        '"early_stopping": "MedianAuto", "parameters": ' + RANGES + "}")
seed("tuning_spec", "plain", SPEC + '\nstate == "completed" and value > 0.5 or not has(n) and kind in ("a", "b")')
seed("tuning_spec", "several", '{"objective": [{"metric": "a", "goal": "maximize"}, {"metric": "b", "goal": "minimize"}], "strategy": "NSGAII", '
     '"completion": {"target": 0.5}, "parameters": [{"path": "x", "min": 0, "max": 1, "step": 0.25}]}\nvalue("b") * 2 <= -log10(x)')
seed("study_journal", "plain", '{"op":"create","time":1,"name":"s","spec":' + SPEC + """}
{"op":"add","time":2,"trial":0,"parameters":{"lr":0.1,"kind":"b","n":3},"state":"running","source":"strategy"}
{"op":"report","time":3,"trial":0,"step":1,"value":0.5}
{"op":"tell","time":4,"trial":0,"values":[0.25]}
{"op":"import","time":5,"trial":1,"parameters":{"lr":1,"kind":"a"},"state":"stopped","values":[],"reports":[[0,1],[1,"nan"]],"stop":{"rule":"r","step":1,"value":"nan","limit":1,"others":[0],"message":"m"}}
{"op":"add","time":6,"trial":2,"parameters":{"lr":1,"kind":"a"},"state":"waiting"}
{"op":"skip","time":7,"trial":2}
{"op":"revive","time":8,"trial":1}
{"op":"note","time":9,"trial":0,"key":"star","value":true}
{"op":"end","time":10,"why":"all done"}
""")
FLOAT = '"{\\"name\\": \\"FloatDistribution\\", \\"attributes\\": {\\"step\\": null, \\"low\\": 0.0, \\"high\\": 1.0, \\"log\\": false}}"'
CHOICE = '"{\\"name\\": \\"CategoricalDistribution\\", \\"attributes\\": {\\"choices\\": [\\"a\\", null, 3]}}"'
seed("optuna_journal", "plain", """{"op_code": 0, "worker_id": "w", "study_name": "s", "directions": [1]}
{"op_code": 4, "worker_id": "w", "study_id": 0, "datetime_start": "2026-03-01T12:00:00.123456+00:00"}
{"op_code": 5, "worker_id": "w", "trial_id": 0, "param_name": "x", "param_value_internal": 0.5, "distribution": """ + FLOAT + """}
{"op_code": 5, "worker_id": "w", "trial_id": 0, "param_name": "k", "param_value_internal": 2, "distribution": """ + CHOICE + """}
{"op_code": 7, "worker_id": "w", "trial_id": 0, "step": 1, "intermediate_value": NaN}
{"op_code": 6, "worker_id": "w", "trial_id": 0, "state": 1, "values": [Infinity], "datetime_complete": "2026-03-01T12:00:01+00:00"}
{"op_code": 8, "worker_id": "w", "trial_id": 0, "user_attr": {"a": [1]}}
""")

seed("trials_csv", "ours", "number,state,validation/loss,train.optimizer.lr,model.activation,started,seconds,steps,error,source,run\r\n"
     '0,completed,0.5,0.01,relu,2026-03-01T12:00:00Z,1.5,10,,strategy,"a, ""b"""\r\n1,stopped,,0.1,tanh,,,,,strategy,\r\n')
seed("trials_csv", "optuna", "\ufeff,number,values_0,values_1,params_x,params_k,state\n0,0,1.0,nan,0.5,a,COMPLETE\n1,1,,,2,,PRUNED\n2,2,inf,1e3,7,b,FAIL\n")


def told(folder, tag, plugin):
    """A record of two bytes, folder and length, and an event whose summary tells the HParams plugin something."""
    metadata = block(1, block(1, b"hparams") + block(2, plugin))
    return session(folder, block(5, block(1, block(1, tag) + block(9, metadata))))


def session(folder, content):
    return struct.pack(">H", folder << 15 | len(content)) + content


def value(folder, step, tag, number):
    return session(folder, varint(16) + varint(step) + block(5, block(1, block(1, tag) + varint(2 << 3 | 5) + struct.pack("<f", number))))


def began(folder, lr, kind):
    number = varint(2 << 3 | 1) + struct.pack("<d", lr)
    return told(folder, b"_hparams_/session_start_info", block(3, block(1, block(1, b"lr") + block(2, number))
                + block(1, block(1, b"kind") + block(2, block(3, kind))) + block(4, b"g") + varint(5 << 3 | 1) + struct.pack("<d", 1)))


def ended(folder, status):
    return told(folder, b"_hparams_/session_end_info", block(4, varint(8) + varint(status) + varint(2 << 3 | 1) + struct.pack("<d", 2)))


RANGE = block(6, varint(1 << 3 | 1) + struct.pack("<d", 0.001) + varint(2 << 3 | 1) + struct.pack("<d", 1))
CONFIG = told(0, b"_hparams_/experiment", block(2, block(4, block(1, b"lr") + block(3, b"continuous log") + varint(4 << 3) + varint(3) + RANGE)
              + block(4, block(1, b"kind") + block(5, block(1, block(3, b"a")) + block(1, block(3, b"b"))))
              + block(5, block(1, block(2, b"loss")) + block(4, b"minimize"))))
seed("hparams", "api", CONFIG + began(0, 0.1, b"a") + value(0, 1, b"loss", 0.5) + value(0, 2, b"loss", 0.25) + ended(0, 1)
     + began(1, 0.5, b"b") + value(1, 3, b"loss", 0.75) + value(1, 3, b"stopped_early", 1) + ended(1, 2))
seed("hparams", "torch", began(0, 3, b"a") + value(0, 0, b"hparam/accuracy", 0.5) + ended(0, 1) + began(1, 4, b"c"))

# Requests as SageMaker takes them.
seed("sagemaker", "training",
     '{"TrainingJobName": "churn-2026", "HyperParameters": {"lr": "0.05", "depth": "6", "booster": "gbtree"}, "Algor'
     'ithmSpecification": {"TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1", "TrainingInputMod'
     'e": "File", "ContainerEntrypoint": ["python3", "train.py"], "ContainerArguments": ["--verbose"], "MetricDefini'
     'tions": [{"Name": "validation:auc", "Regex": "auc=([0-9.]+)"}]}, "RoleArn": "arn:aws:iam::123456789012:role/tr'
     'ain", "InputDataConfig": [{"ChannelName": "train", "ContentType": "text/csv", "DataSource": {"S3DataSource": {'
     '"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/rows", "S3DataDistributionType": "FullyReplicated"}}}], "Outpu'
     'tDataConfig": {"S3OutputPath": "s3://bucket/out"}, "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "Instanc'
     'eCount": 2, "VolumeSizeInGB": 50}, "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": '
     '7200}, "EnableManagedSpotTraining": true, "CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"}, "Environme'
     'nt": {"LEVEL": "2"}}')
seed("sagemaker", "tuning",
     '{"HyperParameterTuningJobName": "churn-tuned", "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "Hype'
     'rParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:auc"}, "ResourceLimits": {"MaxNu'
     'mberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3, "MaxRuntimeInSeconds": 9000}, "ParameterRanges": {"Inte'
     'gerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "9", "ScalingType": "Auto"}], "Continuous'
     'ParameterRanges": [{"Name": "lr", "MinValue": "0.0001", "MaxValue": "0.5", "ScalingType": "Logarithmic"}, {"Na'
     'me": "keep", "MinValue": "0.5", "MaxValue": "0.99", "ScalingType": "ReverseLogarithmic"}], "CategoricalParamet'
     'erRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}]}, "TrainingJobEarlyStoppingType": "Auto", "Rand'
     'omSeed": 7, "TuningJobCompletionCriteria": {"TargetObjectiveMetricValue": 0.95, "BestObjectiveNotImproving": {'
     '"MaxNumberOfTrainingJobsNotImproving": 5}, "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}}, "Tra'
     'iningJobDefinition": {"StaticHyperParameters": {"rounds": "100"}, "AlgorithmSpecification": {"TrainingImage": '
     '"image", "TrainingInputMode": "File", "ContainerEntrypoint": ["./train"]}, "RoleArn": "arn:aws:iam::1234567890'
     '12:role/train", "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"}, "ResourceConfig": {"InstanceType": "m'
     'l.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50}, "StoppingCondition": {"MaxRuntimeInSeconds": 3600}}, '
     '"WarmStartConfig": {"ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "before"}], "WarmStartT'
     'ype": "TransferLearning"}}')
seed("sagemaker", "job", '{"command": ["python3", "train.py"], "interruption": {"kind": "rate", "per_hour": 2}, '
     '"metric_definitions": [{"name": "a", "regex": "a=(.*)"}]}')
