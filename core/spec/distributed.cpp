// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/distributed.h"

#include "core/spec/experiment.h"

namespace core::spec {

const base::Fields<DistributedSpec>& distributedFields()
{
    static const auto fields =
        base::Fields<DistributedSpec>{}
            .add(
                "strategy", &DistributedSpec::strategy, base::Choice{{"none", "ddp", "pipeline"}},
                {"none: one process on one device. ddp (distributed data parallel): every rank holds the whole "
                 "network and learns from its share of each batch, and gradients are averaged over all ranks. "
                 "pipeline: the layers are divided among the ranks, and each batch goes through them in parts. N ranks "
                 "of ddp learn what one process learns from their rows together, but for rounding (under bf16-mixed "
                 "the gradients of each rank's rows are rounded by themselves) and for dropout, which each rank draws "
                 "for its own rows. What grows from rounding in one process grows here too: L-BFGS on small batches.",
                 "gradient = Σ rows of rank r / rows of all · gradient of rank r"},
                {.onlyFor = "networks"})
            .add("world_size", &DistributedSpec::worldSize, base::Int{1, 1024},
                 {"How many ranks there are. Each takes batches of batch_size rows: rank r of N takes items r, r + N, "
                  "… of the epoch's order, so that a step learns from N · batch_size rows.",
                  {},
                  "Processor cores or devices are idle.",
                  "Ranks wait for each other and for a core."},
                 {.unit = "ranks", .visibleWhen = {{"strategy", {"ddp", "pipeline"}}}, .onlyFor = "networks"})
            .add("backend", &DistributedSpec::backend, base::Choice{{"gloo", "nccl"}},
                 {"What goes from rank to rank by. gloo: over TCP and through the memory of a machine, that of GPUs "
                  "too. nccl: from one NVIDIA GPU to another, each with a rank of its own."},
                 {.visibleWhen = {{"strategy", {"ddp", "pipeline"}}}, .onlyFor = "networks"})
            .add("bucket_mb", &DistributedSpec::bucketMb, base::Real{.min = 0, .max = 4096, .aboveMin = true},
                 {"Gradients are averaged in buckets of this size, each while the backward pass goes on.",
                  {},
                  "Many small messages.",
                  "The last bucket is sent when nothing is left to compute beside it."},
                 {.unit = "MB", .visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("scale_lr", &DistributedSpec::scaleLr, base::Flag{},
                 {"Multiplies the rate by world_size, since a step learns from so many times the rows (linear scaling, "
                  "Goyal et al. 2017). Take a warm-up with it.",
                  "lr · world_size"},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("sync_batchnorm", &DistributedSpec::syncBatchnorm, base::Flag{},
                 {"Batch norm takes mean and variance over the rows of all ranks. Off: each rank over its own, which "
                  "is another training than that of one process."},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("even_shards", &DistributedSpec::evenShards, base::Flag{},
                 {"Fills up the last batch of an epoch with rows from the epoch's beginning, so that every rank has as "
                  "many, as PyTorch's DistributedSampler does. Off: ranks may have fewer rows or none there, which "
                  "are weighted by their number, and each row counts once."},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add(
                "timeout_s", &DistributedSpec::timeoutS, base::Real{.min = 0.1, .max = 86'400},
                {"How long ranks wait for one that says nothing before it counts as lost. One that has died is noticed "
                 "at once."},
                {.unit = "s", .visibleWhen = {{"strategy", {"ddp", "pipeline"}}}, .onlyFor = "networks"})
            .add("compression", &DistributedSpec::compression, base::Choice{{"none", "fp16", "powersgd"}},
                 {"What ranks send in place of their gradients. fp16: numbers of half the size. powersgd: two thin "
                  "matrices for each large one, with what they leave out carried over to the next step (Vogels et al. "
                  "2019). Both save time where the network between ranks is slow, and change the training a little. "
                  "L-BFGS does not go with powersgd."},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("powersgd_rank", &DistributedSpec::powersgdRank, base::Int{1, 128},
                 {"Columns of PowerSGD's thin matrices.",
                  {},
                  "Little is sent, and gradients are coarse.",
                  "As much is sent as without it."},
                 {.visibleWhen = {{"strategy", {"ddp"}}, {"compression", {"powersgd"}}}, .onlyFor = "networks"})
            .add("shard_optimizer", &DistributedSpec::shardOptimizer, base::Flag{},
                 {"ZeRO stage 1 (Rajbhandari et al. 2020): each rank keeps the optimizer's state of its share of the "
                  "weights, updates those, and the others take them over.",
                  "optimizer state per rank = whole / world_size"},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("on_failure", &DistributedSpec::onFailure, base::Choice{{"stop", "survivors", "replace"}},
                 {"When a rank is lost. stop: the run ends with a checkpoint. survivors: the others go back to the "
                  "last keyframe and share the rows among them. replace: a new rank takes its place there."},
                 {.visibleWhen = {{"strategy", {"ddp", "pipeline"}}}, .onlyFor = "networks"})
            .add("max_restarts", &DistributedSpec::maxRestarts, base::Int{0, 1000},
                 {"How often survivors or a replacement go on, as torchrun's --max-restarts; then the run stops."},
                 {.visibleWhen = {{"strategy", {"ddp", "pipeline"}}, {"on_failure", {"survivors", "replace"}}},
                  .onlyFor = "networks"})
            .add("shard_data", &DistributedSpec::shardData, base::Flag{},
                 {"Off is a mistake on purpose: every rank learns from the same rows, and nothing is gained by having "
                  "several."},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("same_seed", &DistributedSpec::sameSeed, base::Flag{},
                 {"Off is a mistake on purpose: every rank begins with weights of its own, and averaged gradients lead "
                  "none of them down."},
                 {.visibleWhen = {{"strategy", {"ddp"}}}, .onlyFor = "networks"})
            .add("schedule", &DistributedSpec::schedule, base::Choice{{"gpipe", "1f1b"}},
                 {"Order of a pipeline's work. gpipe: all micro-batches forward, then all backward (Huang et al. "
                  "2019). 1f1b: one forward, one backward, so that a stage keeps the activations of at most "
                  "world_size micro-batches (Narayanan et al. 2019).",
                  "idle share = (stages − 1) / (micro-batches + stages − 1)"},
                 {.visibleWhen = {{"strategy", {"pipeline"}}}, .onlyFor = "networks"})
            .add("micro_batches", &DistributedSpec::microBatches, base::Int{1, 1024},
                 {"Parts that a pipeline takes a batch in. Batch norm, weights of classes and losses of pairs see "
                  "one of them at a time, as with train.accumulate.",
                  {},
                  "Stages wait for each other.",
                  "Parts of so few rows that each costs as much as a larger one."},
                 {.visibleWhen = {{"strategy", {"pipeline"}}}, .onlyFor = "networks"})
            .add("stages", &DistributedSpec::stages,
                 std::make_shared<const base::List>(base::List{base::Int{1, 10000}, 0, 1024}),
                 {"How many of the network's blocks each stage of a pipeline has, from the input on. Empty: so that "
                  "the slowest stage is as fast as it can be, by measured times."},
                 {.visibleWhen = {{"strategy", {"pipeline"}}}, .onlyFor = "networks"});
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
