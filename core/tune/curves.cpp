// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

std::optional<double> runningAverage(const Trial& trial, std::int64_t step)
{
    if (trial.lastStep().value_or(step - 1) < step)
        return {};
    double sum = 0;
    std::int64_t count = 0;
    for (const Report& report : trial.reports)
        if (report.step <= step) {
            sum += report.value;
            ++count;
        }
    return count > 0 ? std::optional(sum / double(count)) : std::nullopt;
}

double bestValue(const History& history, const Trial& trial, std::int64_t step)
{
    double best = std::nan("");
    for (const Report& report : trial.reports)
        if (report.step <= step && !std::isnan(report.value) &&
            (std::isnan(best) || history.asLoss(report.value) < history.asLoss(best)))
            best = report.value;
    return best;
}

double percentileOf(std::vector<double> values, double q)
{
    std::erase_if(values, [](double value) { return std::isnan(value); });
    if (values.empty())
        return std::nan("");
    std::ranges::sort(values);
    const double place = q / 100 * double(values.size() - 1);
    const auto below = std::size_t(std::floor(place));
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double share = place - double(below);
    // Between two infinities there is nothing to interpolate.
    if (share == 0 || values[below] == values[above])
        return values[below];
    return values[below] + share * (values[above] - values[below]);
}

bool isCheckDue(const Trial& trial, std::int64_t warmup, std::int64_t interval)
{
    const std::int64_t step = trial.reports.back().step;
    if (step < warmup)
        return false;
    const std::int64_t check = (step - warmup) / interval * interval + warmup;
    const std::int64_t before = trial.reports.size() > 1 ? trial.reports[trial.reports.size() - 2].step : -1;
    return before < check;
}

std::string comparison(const History& history, const std::string& what, double value, std::int64_t step, double limit,
                       const std::string& ofWhat)
{
    return history.objectives.front().metric + ": " + what + " " + plainNumber(value) + " at step " +
           std::to_string(step) + " is worse than " + plainNumber(limit) + ", " + ofWhat;
}

Stop notANumber(const History& history, const std::string& rule, std::int64_t step)
{
    return {rule,         step, std::nan(""),
            std::nan(""), {},   history.objectives.front().metric + " is no number at step " + std::to_string(step)};
}

bool isWorse(const History& history, double value, double limit)
{
    return history.asLoss(value) > history.asLoss(limit);
}

std::optional<Stop> judgeByMedian(const History& history, const Trial& trial, const MedianRule& rule, double own,
                                  const std::vector<std::pair<std::int64_t, double>>& others)
{
    const std::int64_t step = trial.reports.back().step;
    if (step < rule.warmupSteps || others.empty() || std::int64_t(others.size()) < rule.startupTrials)
        return {};
    if (std::isnan(own))
        return notANumber(history, rule.name, step);
    std::vector<double> values;
    Stop stop{rule.name, step, own};
    for (const auto& [number, value] : others) {
        values.push_back(value);
        stop.others.push_back(number);
    }
    stop.limit = percentileOf(values, 50);
    if (std::isnan(stop.limit) || !isWorse(history, own, stop.limit))
        return {};
    const std::string many = std::to_string(others.size());
    stop.message =
        comparison(history, rule.what, own, step, stop.limit,
                   "the median of " + rule.ofWhat + " of " + many + (others.size() == 1 ? " trial" : " trials"));
    return stop;
}

std::vector<std::pair<std::int64_t, double>> averagesBefore(const History& history, const Trial& trial,
                                                            std::int64_t step)
{
    std::vector<std::pair<std::int64_t, double>> found;
    for (const Trial& other : history.trials)
        if (other.number < trial.number && history.compares(other))
            if (const auto average = runningAverage(other, step))
                found.emplace_back(other.number, *average);
    return found;
}

std::optional<Stop> judgeByPercentile(const History& history, const Trial& trial, const PercentileSpec& spec,
                                      const std::string& rule)
{
    const std::int64_t step = trial.reports.back().step;
    std::vector<double> values;
    Stop stop{rule, step};
    std::int64_t completed = 0;
    for (const Trial& other : history.trials) {
        if (other.state != TrialState::Completed || other.number == trial.number || !history.compares(other))
            continue;
        ++completed;
        if (const Report* report = other.reportAt(step)) {
            values.push_back(report->value);
            stop.others.push_back(other.number);
        }
    }
    if (completed == 0 || completed < spec.startupTrials || !isCheckDue(trial, spec.warmupSteps, spec.intervalSteps))
        return {};
    stop.value = bestValue(history, trial, step);
    if (std::isnan(stop.value))
        return notANumber(history, rule, step);
    if (std::int64_t(values.size()) < spec.minTrials)
        return {};
    stop.limit = percentileOf(values, history.objectives.front().maximizes() ? 100 - spec.percentile : spec.percentile);
    if (std::isnan(stop.limit) || !isWorse(history, stop.value, stop.limit))
        return {};
    const std::string which = spec.percentile == 50 ? "median" : plainNumber(spec.percentile) + "th percentile";
    stop.message =
        comparison(history, "its best", stop.value, step, stop.limit,
                   "the " + which + " at this step of " + std::to_string(values.size()) + " completed trials");
    return stop;
}

base::Fields<PercentileSpec> percentileFields(bool withPercentile)
{
    base::Fields<PercentileSpec> fields;
    if (withPercentile)
        fields.add("percentile", &PercentileSpec::percentile, base::Real{0, 100},
                   {"The best part that goes on, in percent: 25 keeps a quarter."}, {.unit = "%"});
    return fields
        .add("startup_trials", &PercentileSpec::startupTrials, base::Int{0, 100000},
             {"Trials that must have completed before one is stopped."}, {.unit = "trials"})
        .add("warmup_steps", &PercentileSpec::warmupSteps, base::Int{0}, {"Steps at which no trial is stopped."},
             {.unit = "steps"})
        .add("interval_steps", &PercentileSpec::intervalSteps, base::Int{.min = 1}, {"Steps between two looks."},
             {.unit = "steps"})
        .add("min_trials", &PercentileSpec::minTrials, base::Int{.min = 1},
             {"Values that there must be at a step to compare with."}, {.unit = "trials"});
}

}
