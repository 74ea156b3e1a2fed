// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the trainer that has to do with other ranks.
#include "core/base/thrown.h"
#include "core/train/ranks/follower.h"
#include "core/train/shared_work.h"
#include "core/train/trainer.h"

namespace core::train {

// No weight has moved in a step that was broken off: the run can be gone on with from before it.
void Trainer::keepDespiteLoss()
{
    m_end = events::RunState::Interrupted;
    try {
        if (const base::Status kept = keepAtOnce(snapshot()); !kept)
            m_context.hub->publish(events::Notice{m_engine->step(), kept.error()});
    } catch (const std::exception&) {
        // The keyframe before it serves as well.
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
