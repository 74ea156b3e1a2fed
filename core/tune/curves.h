// SPDX-License-Identifier: GPL-3.0-or-later
// What early stopping reads out of trials' values on the way. Steps are those of the reports; small losses are good.
#pragma once

#include "core/tune/pruner.h"

namespace core::tune {

/// The mean of a trial's values up to and with a step; nothing if it did not come that far.
std::optional<double> runningAverage(const Trial& trial, std::int64_t step);
/// Its best value up to and with a step, values that are no numbers left out; NaN if all are.
double bestValue(const History& history, const Trial& trial, std::int64_t step);
/// The q-th percentile with linear interpolation (NumPy's), NaN left out; NaN of none.
double percentileOf(std::vector<double> values, double q);
/// Optuna's rule for checks every `interval` steps after `warmup`: the newest step is the first since the last check.
bool isCheckDue(const Trial& trial, std::int64_t warmup, std::int64_t interval);

/// The sentence of a stop: `validation/loss 0.9 at step 3 is worse than 0.7, the median …`.
std::string comparison(const History& history, const std::string& what, double value, std::int64_t step, double limit,
                       const std::string& ofWhat);
/// A stop for a value that is no number.
Stop notANumber(const History& history, const std::string& rule, std::int64_t step);
/// Whether `value` is strictly worse than `limit` by the objective's goal.
bool isWorse(const History& history, double value, double limit);

/// A median rule: whose value stands against the median of which values of which trials.
struct MedianRule {
    std::string name;
    std::string what;   ///< `its running average`
    std::string ofWhat; ///< `the median of 4 earlier trials' running averages`
    std::int64_t startupTrials = 0, warmupSteps = 0;
};
/// Stops where `own` is strictly worse than the median of the others'.
std::optional<Stop> judgeByMedian(const History& history, const Trial& trial, const MedianRule& rule, double own,
                                  const std::vector<std::pair<std::int64_t, double>>& others);
/// Running averages at a step of the trials that were made before this one and came as far, by their numbers.
std::vector<std::pair<std::int64_t, double>> averagesBefore(const History& history, const Trial& trial,
                                                            std::int64_t step);

struct PercentileSpec {
    double percentile = 50;
    std::int64_t startupTrials = 5, warmupSteps = 0, intervalSteps = 1, minTrials = 1;
};
/// Optuna's PercentilePruner: the trial's best value so far against the percentile, at this step, of the completed
/// trials' own values.
std::optional<Stop> judgeByPercentile(const History& history, const Trial& trial, const PercentileSpec& spec,
                                      const std::string& rule);
base::Fields<PercentileSpec> percentileFields(bool withPercentile);

}
