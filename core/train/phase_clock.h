// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/events/profile.h"

#include <utility>

namespace core::train {

/// In the order of events::phaseNames.
enum class Phase { DataWait, HostToDevice, Forward, Backward, Optimizer, Recording, Validation, Keyframe, Other };

/// A stopwatch that runs on: what goes by between two laps belongs to the phase of the second. One look at the clock
/// each, about 40 ns.
class PhaseClock {
public:
    using Seconds = std::array<double, events::phaseNames.size()>;

    void turn(bool on)
    {
        m_on = on;
        skip();
        m_seconds = {};
    }
    bool on() const { return m_on; }
    /// What went by since the last lap is nobody's.
    void skip()
    {
        if (m_on)
            m_since = base::steadySeconds();
    }
    void lap(Phase phase)
    {
        if (!m_on)
            return;
        const double now = base::steadySeconds();
        at(phase) += now - m_since;
        m_since = now;
    }
    /// This lap was `forward` and `backward` in one piece, and what they took by themselves is not known.
    void lapUnsplit()
    {
        lap(Phase::Forward);
        m_split = false;
    }
    /// This lap held several phases in these proportions.
    void lap(double toDevice, double forward, double backward)
    {
        if (!m_on)
            return;
        const double now = base::steadySeconds(), unit = (now - m_since) / (toDevice + forward + backward);
        at(Phase::HostToDevice) += unit * toDevice;
        at(Phase::Forward) += unit * forward;
        at(Phase::Backward) += unit * backward;
        m_since = now;
    }

    /// Steady seconds at the last lap.
    double now() const { return m_since; }
    /// What was gathered since the last call; `split`: whether backward is known in all of it.
    Seconds take(bool& split)
    {
        split = std::exchange(m_split, true);
        return std::exchange(m_seconds, {});
    }

private:
    double& at(Phase phase) { return m_seconds[std::size_t(phase)]; }

    bool m_on = false, m_split = true;
    double m_since = 0;
    Seconds m_seconds{};
};

class LayerTimer;

/// Whom a learner tells of the time that its steps take; nullptr: nobody.
struct Stopwatch {
    PhaseClock* clock = nullptr;
    LayerTimer* layers = nullptr; ///< of the next step

    void lap(Phase phase) const
    {
        if (clock)
            clock->lap(phase);
    }
};

}
