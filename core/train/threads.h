// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"
#include "core/train/plan.h"

namespace core::train {

/// What a few steps on scratch tensors cost.
struct StepCost {
    std::int64_t threads = 1;
    double secondsPerStep = 0;
};

/// Measures steps of this experiment's network on scratch weights and scratch rows with 1, 2, 4 … threads and takes the
/// fastest, or the smaller number where the gain is under 5 %. `threads` > 0: measures that number alone. For `seconds`
/// or three rounds, whichever is longer.
base::Result<StepCost> measureSteps(const spec::Experiment& experiment, const data::DatasetInfo& info,
                                    const StepPlan& plan, const std::string& device, std::int64_t threads = 0,
                                    double seconds = 0.5);

/// Sets the number of threads for the calling thread's operations. Other training threads keep theirs.
void useThreads(std::int64_t threads);

}
