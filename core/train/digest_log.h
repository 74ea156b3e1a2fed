// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/train/engine.h"

namespace core::train {

/// Notes digests of the weights while a run trains, as many as a hundredth of its time pays for, and always at steps
/// that a power of two divides, so that two runs have steps in common.
class DigestLog {
public:
    /// After every update, and once before the first.
    void look(const Engine& engine)
    {
        if (engine.step() % m_every == 0)
            take(engine);
    }
    /// Hands over what there is. Needed before a checkpoint: what is noted in one piece is forgotten in one piece.
    void flush(events::EventHub& hub);

private:
    void take(const Engine& engine);

    events::WeightDigests m_block;
    std::vector<events::WeightDigests> m_done;
    std::int64_t m_every = 1, m_lastStep = -1;
    double m_lastTime = 0;
};

}
