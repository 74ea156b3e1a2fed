// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine does beside those of other ranks.
#include "core/base/thrown.h"
#include "core/train/engine.h"
#include "core/train/ranks/world.h"

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

Status Engine::joinWorld()
{
    if (!m_world)
        return {};
    // Declared, and not there yet: better refused than left out in silence.
    if (m_experiment.distributed.onFailure != "stop")
        return Error{ErrorKind::Spec, "a run does not go on without a rank that is lost yet", "/distributed/on_failure",
                     "Use stop, and resume the run"};
    if (m_data.streamed())
        return Error{ErrorKind::Spec, "rows that are streamed are not shared among ranks yet", "/data/mode",
                     "Set it to file, or distributed.strategy to none"};
    CORE_CHECK(m_learner->join(*m_world, m_experiment.distributed));
    m_leads = m_world->rank() == 0;
    return {};
}

StepResult Engine::takeStep()
{
    if (!m_world)
        return m_learner->step(m_batches, m_step, m_timeline.scheduleStep(m_step));
    try {
        return m_learner->step(m_batches, m_step, m_timeline.scheduleStep(m_step));
    } catch (...) {
        // The others wait for what will not come.
        if (m_leads)
            m_world->leave();
        throw;
    }
}

void Engine::observe(const std::vector<std::pair<std::string, double>>& values)
{
    m_learner->schedule().observe(values, m_timeline.scheduleStep(m_step));
    if (m_world)
        compareRanks();
}

void Engine::compareRanks()
{
    // Stages of a pipeline hold their own weights, and no others; other seeds are a mistake on purpose, which a rule
    // tells of.
    if (m_experiment.distributed.strategy == "pipeline" || !m_experiment.distributed.sameSeed)
        return;
    // Batch norm's statistics are each rank's own where nothing synchronises them; rank 0's are kept.
    std::vector<std::uint32_t> own;
    const std::vector<tensor::NamedTensor> weights = m_learner->weights();
    const std::vector<std::uint32_t> all = m_learner->digests();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (m_experiment.distributed.syncBatchnorm || weights[i].tensor.requires_grad())
            own.push_back(all[i]);
    const ranks::Digests digests = ranks::compare(*m_world, own);
    if (const std::int64_t rank = digests.other(); rank >= 0)
        throw base::Thrown(Error{ErrorKind::Run, "rank " + std::to_string(rank) + " has other weights than rank 0",
                                 "step " + std::to_string(m_step), "Resume the run: it goes on from rank 0's weights"});
}

}
