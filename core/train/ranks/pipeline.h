// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/stages.h"
#include "core/train/ranks/mail.h"

namespace core::train::ranks {

/// What a stage of a pipeline does next: a micro-batch forward, or backward.
struct StageWork {
    std::int64_t part = 0;
    bool backward = false;
    bool operator==(const StageWork&) const = default;
};

/// The order of one stage's work. `gpipe`: all micro-batches forward, then all backward (Huang et al. 2019). `1f1b`:
/// one forward, one backward as soon as the first has come back (Narayanan et al. 2019). Gradients of micro-batches are
/// added up in their order in both.
std::vector<StageWork> workOfStage(const std::string& schedule, std::int64_t stage, std::int64_t stages,
                                   std::int64_t parts);

/// How many blocks each stage has so that the slowest takes as little time as can be; `seconds` of each block. Each
/// stage has at least one. By dynamic programming over where the last stage begins.
std::vector<std::int64_t> divideBlocks(const std::vector<double>& seconds, std::int64_t stages);

/// A network whose blocks are divided among the ranks, each of which is a stage.
class Pipeline {
public:
    /// A part of a step's rows. Every stage is given all of it: the first needs the input, the last the target.
    struct Part {
        at::Tensor input;
        model::Mode mode;
        double factor = 1; ///< of the loss in the step's gradient
    };
    /// When a stage did what, in seconds since the step began.
    struct Timed {
        StageWork work;
        double begin = 0, end = 0;
    };

    /// `counts`: blocks of each stage. `network` outlives this.
    Pipeline(World& world, const model::Network& network, std::vector<std::int64_t> counts, std::string schedule);

    /// Forward and backward; gradients are added to those of this stage's parameters. `lossOf` is asked by the last
    /// stage, part by part in order.
    void pass(const std::vector<Part>& parts, double since,
              const std::function<at::Tensor(std::size_t part, const at::Tensor& output)>& lossOf);
    void setDropout(double p) { m_stage->setDropout(p); }
    void freezingChanged();

    bool first() const { return m_world.rank() == 0; }
    bool last() const { return m_world.rank() + 1 == m_world.size(); }
    const std::vector<std::int64_t>& counts() const { return m_counts; }
    /// The stage of each parameter and of each buffer of the whole network.
    const std::vector<std::int64_t>& parameterStages() const { return m_parameterStages; }
    const std::vector<std::int64_t>& bufferStages() const { return m_bufferStages; }
    const std::vector<Timed>& timed() const { return m_timed; }
    Mail& mail() { return m_mail; }

private:
    World& m_world;
    Mail m_mail;
    const model::Divisible& m_whole;
    std::vector<std::int64_t> m_counts, m_parameterStages, m_bufferStages;
    std::string m_schedule;
    std::unique_ptr<model::Network> m_stage;
    std::vector<Timed> m_timed;
};

/// Seconds that each block takes for a forward and a backward pass of `input`; buffers stay as they are.
std::vector<double> measureBlocks(const model::Network& network, const at::Tensor& input, const model::Mode& mode);

}
