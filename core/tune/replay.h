// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/pruner.h"

namespace core::tune {

/// What an early stopping would have done to a study that has been.
struct Replayed {
    struct Stopped {
        std::int64_t trial = 0;
        Stop why;
        std::int64_t stepsSaved = 0; ///< that the trial went on to report
    };
    std::vector<Stopped> stopped; ///< in the order in which it would have happened
    std::int64_t steps = 0, stepsSaved = 0;
    std::optional<std::int64_t> best;     ///< of all completed trials
    std::optional<std::int64_t> bestLeft; ///< of those that it would have let end
    double regret = 0;                    ///< how much worse the second is; NaN if none is left
};

/// Tells the reports of the trials again, in their order, and asks the rule after each; what comes after a stop is not
/// told. Trials that were really stopped count up to there.
Replayed replayPruner(const Pruner& pruner, const History& history);

}
