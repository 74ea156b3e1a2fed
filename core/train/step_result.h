// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace core::train {

/// What one step had to say.
struct StepResult {
    double loss = 0; ///< mean over the step's rows before the update, without penalties
    double lr = 0;
    double gradNorm = 0;                 ///< before clipping
    double accuracy = 0;                 ///< for classification
    std::optional<double> momentum = {}; ///< the schedule's
    bool leftOut = false;                ///< gradients overflowed float16: no weight was changed
    std::int64_t rows = 0;
};

}
