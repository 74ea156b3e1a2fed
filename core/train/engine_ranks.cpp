// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine does beside those of other ranks.
#include "core/train/engine.h"
#include "core/train/ranks/follower.h"

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

Status Engine::joinWorld()
{
    if (!m_world)
        return {};
    // One that reads its data longer than another is not lost.
    m_world->await("ready");
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
        // The others wait for what will not come; after a loss their connections are cut already.
        if (m_leads && !m_world->lost())
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
    ranks::compareReplicas(*m_world, *this);
}

}
