// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the trainer that has to do with other ranks.
#include "core/base/thrown.h"
#include "core/train/ranks/follower.h"
#include "core/train/shared_work.h"
#include "core/train/trainer.h"

namespace core::train {

// No weight has moved in a step that was broken off: the run can be gone on with from before it. Where replicas differ
// nobody knows which is right, but the keyframe before was the same for all.
void Trainer::keepDespiteLoss()
{
    m_end = events::RunState::Interrupted;
    if (m_world->differ())
        return;
    try {
        if (const base::Status kept = keepAtOnce(snapshot()); !kept)
            m_context.hub->publish(events::Notice{m_engine->step(), kept.error()});
    } catch (const std::exception&) {
        // The keyframe before it serves as well.
    }
}

// A keyframe is kept of weights that all ranks have.
void Trainer::keepFromDiffering()
{
    if (!m_world || m_world->lost())
        return;
    m_world->tell(ranks::comparing());
    ranks::compareReplicas(*m_world, *m_engine);
}

void Trainer::tellLosses()
{
    for (std::size_t i = 0; i < m_context.losses.size(); ++i) {
        base::Error told = m_context.losses[i];
        told.message += " at " + told.where;
        told.where = "step " + std::to_string(m_engine->step());
        told.advice = "Restart " + std::to_string(i + 1) + ", " + std::to_string(m_world ? m_world->size() : 1) +
                      (m_world && m_world->size() > 1 ? " ranks go on from here" : " rank goes on from here");
        m_context.hub->publish(events::Notice{m_engine->step(), std::move(told)});
    }
}

void Trainer::dismissRanks()
{
    if (!m_world)
        return;
    if (m_engine)
        (void)tellPipeline(m_engine->learner(), m_context.folder->path(), true);
    if (!m_world->left())
        try {
            m_world->tell(ranks::ending());
        } catch (const base::Thrown&) {
            // Whoever is gone needs no telling.
        }
    m_world->leave();
}

}
