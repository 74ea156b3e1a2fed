// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/transform.h"
#include "core/train/ranks/pipeline.h"
#include "core/train/ranks/power_sgd.h"

#include <filesystem>

namespace core::train {

/// What of a network's training is divided among ranks: its blocks (a pipeline), or the updates of its weights
/// (ZeRO-1).
struct SharedWork {
    explicit SharedWork(ranks::World& world) : mail(world) {}

    ranks::Mail mail;
    std::vector<std::int64_t> owners;            ///< the rank that updates each parameter
    std::unique_ptr<ranks::Pipeline> pipeline;   ///< nullptr: every rank has the whole network at work
    std::vector<double> seconds;                 ///< of each block, measured; empty: they were divided by hand
    std::vector<tensor::NamedTensor> foreign;    ///< rank 0: what the optimizers of the others keep
    std::shared_ptr<ranks::PowerSgd> thin;       ///< nullptr: gradients are sent as they are
    bool weightsLag = false, foreignLags = true; ///< rank 0 has not heard of the newest yet

    // The step of a pipeline that goes on, or was last.
    std::int64_t step = -1;
    std::int64_t wants = 0; ///< wantsTensors, wantsAnswers
    double since = 0;
    double loss = 0, correct = 0;
    std::vector<double> times; ///< of all stages: begin and end of each of their work
    std::size_t parts = 0;
    double toldAt = 0;
};

/// What rank 0 is to hear of a step while it goes on.
constexpr std::int64_t wantsTensors = 1, wantsAnswers = 2;

/// A step that is broken off leaves no trace: the run can be gone on with from before it.
class BuffersBack {
public:
    BuffersBack(const model::Network& network, bool wanted) : m_network(network)
    {
        for (std::size_t i = 0; wanted && i < network.buffers().size(); ++i)
            m_before.push_back(network.buffers()[i].tensor.clone());
    }
    BuffersBack(const BuffersBack&) = delete;
    BuffersBack& operator=(const BuffersBack&) = delete;
    ~BuffersBack()
    {
        const at::NoGradGuard noGraph;
        for (std::size_t i = 0; i < m_before.size(); ++i)
            const_cast<at::Tensor&>(m_network.buffers()[i].tensor).copy_(m_before[i]);
    }
    void keep() { m_before.clear(); }

private:
    const model::Network& m_network;
    std::vector<at::Tensor> m_before;
};

/// A batch in so many parts, each of ⌈rows / parts⌉ rows, as torch.chunk.
std::vector<data::Batch> microBatches(std::span<const data::Batch> batches, std::int64_t parts);

/// The rank that updates each parameter: the largest first, each to the rank that has least so far, as PyTorch's
/// ZeroRedundancyOptimizer does.
std::vector<std::int64_t> shareBySize(const std::vector<tensor::NamedTensor>& parameters, std::int64_t ranks);

class Learner;
/// Writes what a pipeline did in its last step to `pipeline.json` in the run's folder: `schedule`, `micro_batches`,
/// `stages` (how many), `blocks` (each `name`, `type`, `stage`, `seconds` as measured, or null), `memory` (each
/// `stage`, `parameters`), `step`, `seconds`, `idle_share`, `ideal_idle_share`, `work` (each `stage`, `part`,
/// `backward`, `begin` and `end` in seconds since the step began). At most once a second unless `atOnce`; nothing if
/// there is no pipeline.
base::Status tellPipeline(const Learner& learner, const std::filesystem::path& run, bool atOnce);

}
