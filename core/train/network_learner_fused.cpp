// SPDX-License-Identifier: GPL-3.0-or-later
// A network's gradients by one kernel in place of operators.
#include "core/train/network_learner.h"
#include "core/train/step_tracer.h"

namespace core::train {

base::Status NetworkLearner::fuse(const spec::Experiment& experiment)
{
    if (!experiment.model.params["fused"].toBool(false))
        return {};
    if (auto why = batched::whyNotFused(experiment, m_device.is_cpu() ? "cpu" : m_device.str()))
        return std::move(*why);
    m_fused = std::make_unique<batched::FusedNet>(*m_network);
    m_fused->follow(experiment.train, classifies());
    return {};
}

// As computeGradients().
void NetworkLearner::computeFused(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                                  StepResult& result)
{
    // Whoever looks at layers sees the pass of the operators, which is the same but for rounding.
    if (mode.watch || m_answers || tracer) {
        StepResult aside;
        aside.rows = result.rows;
        computeGradients(batches, mode, tracer, aside);
    }
    const at::NoGradGuard noGraph;
    std::uint64_t part = 0;
    std::int64_t right = 0;
    for (const data::Batch& batch : batches) {
        model::Mode pass = mode;
        if (part > 0)
            pass.draw = mode.draw.within(part);
        const double share = double(batch.input.size(0)) / double(result.rows);
        const batched::Judged judged =
            m_fused->learn(batch, *m_loss, pass, batches.size() == 1 ? 1 : share, part++ > 0);
        result.loss += judged.loss * share;
        right += judged.right;
    }
    if (m_stopwatch.clock)
        m_stopwatch.clock->lapUnsplit();
    m_network->gradientsDone();
    if (classifies())
        result.accuracy = double(right) / double(result.rows);
}

}
