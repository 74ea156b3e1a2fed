// SPDX-License-Identifier: GPL-3.0-or-later
// What plots of a study show, as values.
#pragma once

#include "core/tune/trial.h"

namespace core::tune {

/// A trial's value, and the best up to there: in the order in which trials ended.
struct HistoryPoint {
    std::int64_t trial = 0;
    double value = 0, best = 0;

    bool operator==(const HistoryPoint&) const = default;
};
std::vector<HistoryPoint> optimizationHistory(const History& history, std::size_t objective = 0);

/// The share of completed trials whose value is at most x, at every value there is.
std::vector<std::pair<double, double>> empiricalDistribution(const History& history, std::size_t objective = 0);

/// Completed trials by the objective, the best first; equals by number. Their places are the ranks.
std::vector<std::int64_t> ranking(const History& history, std::size_t objective = 0);

/// Completed trials that no other is better than in every objective, by number.
std::vector<std::int64_t> paretoFront(const History& history);
/// The volume that trials dominate up to a reference point (in the objectives' own units), after each one that ended;
/// empty reference: a tenth beyond the worst values of all.
std::vector<std::pair<std::int64_t, double>> hypervolumeHistory(const History& history,
                                                                std::vector<double> reference = {});

/// Mean and standard deviation over studies of the best value after n trials: what compares strategies on one budget.
struct Compared {
    std::vector<double> mean, spread; ///< after 1, 2, … trials; as long as the shortest study
};
Compared compareHistories(const std::vector<std::vector<HistoryPoint>>& studies);

}
