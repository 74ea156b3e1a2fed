// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/distributed.h"

#include "core/spec/experiment.h"

namespace core::spec {

const base::Fields<DistributedSpec>& distributedFields()
{
    static const auto fields =
        base::Fields<DistributedSpec>{}
            .add("strategy", &DistributedSpec::strategy, base::Choice{{"none", "ddp", "pipeline"}},
                 {"none: one process on one device. ddp (distributed data parallel): every rank holds the whole "
                  "network and learns from its share of each batch, and gradients are averaged over all ranks. "
                  "pipeline: the layers are divided among the ranks; not there yet.",
                  "gradient = Σ rows of rank r / rows of all · gradient of rank r"},
                 {.onlyFor = "networks"})
            .add("world_size", &DistributedSpec::worldSize, base::Int{1, 1024},
                 {"How many ranks there are. Each takes batches of batch_size rows: rank r of N takes items r, r + N, "
                  "… of the epoch's order, so that a step learns from N · batch_size rows.",
                  {},
                  "Processor cores or devices are idle.",
                  "Ranks wait for each other and for a core."},
                 {.unit = "ranks", .onlyFor = "networks"})
            .add("backend", &DistributedSpec::backend, base::Choice{{"gloo", "nccl"}},
                 {"What gradients are averaged with. gloo: over TCP, for processors. nccl: between NVIDIA GPUs."},
                 {.onlyFor = "networks"})
            .add("bucket_mb", &DistributedSpec::bucketMb, base::Real{.min = 0, .max = 4096, .aboveMin = true},
                 {"Gradients are averaged in buckets of this size, each while the backward pass goes on.",
                  {},
                  "Many small messages.",
                  "The last bucket is sent when nothing is left to compute beside it."},
                 {.unit = "MB", .onlyFor = "networks"})
            .add("scale_lr", &DistributedSpec::scaleLr, base::Flag{},
                 {"Multiplies the rate by world_size, since a step learns from so many times the rows (linear scaling, "
                  "Goyal et al. 2017). Take a warm-up with it.",
                  "lr · world_size"},
                 {.onlyFor = "networks"})
            .add("sync_batchnorm", &DistributedSpec::syncBatchnorm, base::Flag{},
                 {"Batch norm takes mean and variance over the rows of all ranks. Off: each rank over its own, which "
                  "is another training than that of one process."},
                 {.onlyFor = "networks"})
            .add("even_shards", &DistributedSpec::evenShards, base::Flag{},
                 {"Fills up the last batch of an epoch with rows from the epoch's beginning, so that every rank has as "
                  "many, as PyTorch's DistributedSampler does. Off: ranks may have fewer rows or none there, which "
                  "are weighted by their number, and each row counts once."},
                 {.onlyFor = "networks"})
            .add(
                "timeout_s", &DistributedSpec::timeoutS, base::Real{.min = 0.1, .max = 86'400},
                {"How long ranks wait for one that says nothing before it counts as lost. One that has died is noticed "
                 "at once."},
                {.unit = "s", .onlyFor = "networks"});
    return fields;
}

TrainSpec wholeTrain(const Experiment& experiment)
{
    TrainSpec train = experiment.train;
    if (const std::int64_t ranks = experiment.distributed.ranks(); ranks > 1 && !train.batchSize.isText())
        train.batchSize = train.batchSize.toInt(32) * ranks;
    return train;
}

}
