// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/sampler.h"

#include "core/tune/math/quasi.h"

#include <algorithm>

namespace core::tune {

using namespace base;

Draw drawsOf(const History& history, std::string_view strategy, std::int64_t number, std::uint64_t attempt)
{
    return Draw(history.seed, strategy, std::uint64_t(number)).within(attempt);
}

Object randomPoint(const Space& space, const Draw& draw)
{
    std::vector<double> unit(space.size());
    for (std::size_t i = 0; i < unit.size(); ++i)
        unit[i] = draw.uniform(i);
    return space.pointAt(unit);
}

Object startingPoint(const History& history, std::string_view strategy, std::int64_t number, std::uint64_t attempt)
{
    const Draw draw = drawsOf(history, strategy, number, attempt);
    const std::uint64_t key = Draw(history.seed, strategy).within(attempt).key();
    std::vector<double> unit(history.space.size());
    for (std::size_t i = 0; i < unit.size(); ++i)
        unit[i] = i < math::sobolDimensions ? math::scrambledSobol(std::uint32_t(number), i, key) : draw.uniform(i);
    return history.space.pointAt(unit);
}

namespace {

bool isTold(const History& history, const Trial& trial)
{
    const bool told = history.lastLoss(trial) || (!history.compares(trial) && trial.state == TrialState::Completed);
    return told && history.space.holds(trial.parameters);
}

}

std::int64_t learnedFrom(const History& history)
{
    return std::ranges::count_if(history.trials, [&](const Trial& each) { return isTold(history, each); });
}

bool isStartup(const History& history, std::int64_t number, std::int64_t startup)
{
    // Counted no farther than is asked for: studies grow long.
    std::int64_t told = 0;
    for (auto each = history.trials.begin(); each != history.trials.end() && told < startup; ++each)
        told += isTold(history, *each);
    if (told < startup)
        return true;
    return history.transfers && number % 2 == 1 && learnedFromOwn(history) < startup;
}

std::int64_t learnedFromOwn(const History& history)
{
    return std::ranges::count_if(history.trials, [&](const Trial& each) {
        return history.lastLoss(each).has_value() && history.space.holds(each.parameters);
    });
}

void warnOfParallelJobs(const CheckedPart& part, TuningChecked& found)
{
    const std::int64_t jobs = jobsOf(part.spec, part.space), parallel = part.spec.maxParallelJobs;
    const std::string where = "/tuning/max_parallel_jobs";
    if (jobs > 1 && parallel >= jobs)
        found.warnings.push_back({ErrorKind::Spec, "all " + std::to_string(jobs) + " trials run at once: no feedback",
                                  where, "No trial learns from another. Take fewer at a time, or Random"});
    else if (parallel > 1 && parallel > std::max<std::int64_t>(jobs / 10, 2))
        found.warnings.push_back(
            {ErrorKind::Spec,
             std::to_string(parallel) + " of " + std::to_string(jobs) + " trials at once leave little to learn from",
             where,
             "A tenth of the trials or fewer at a time (" + std::to_string(std::max<std::int64_t>(jobs / 10, 1)) +
                 ") finds better values with the same budget; Random loses nothing"});
}

void needsOneObjective(const CheckedPart& part, TuningChecked& found)
{
    if (part.spec.objective.size() > 1)
        found.problems.push_back({ErrorKind::Spec, part.spec.strategy.kind + " knows one objective", "/tuning/strategy",
                                  "Take NSGAII, TPE or Random for several"});
}

}
