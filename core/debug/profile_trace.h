// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

namespace core::debug {

/// What was recorded of where a run's time went.
struct ProfileTrace {
    base::Value spec; ///< resolved, edits included
    std::string id, device;
    double begun = 0; ///< seconds since the epoch
    std::vector<events::StepTimes> steps = {};
    std::vector<events::LayerTimes> layers = {};
    std::vector<events::SystemSample> system = {};

    /// Takes an event of the run; false for one that says nothing of its time. `time`: seconds since the epoch.
    bool add(const events::Event& event, double time);
    bool empty() const { return steps.empty() && system.empty(); }
    bool onGpu() const { return device.starts_with("cuda"); }
    /// Cores that the run could use; 0: not known.
    int cores() const { return system.empty() ? 0 : int(system.back().cores.size()); }
};

}
