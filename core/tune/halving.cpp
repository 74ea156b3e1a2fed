// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/halving.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

namespace {

// Steps stay below 10^15, whatever somebody asks for.
std::int64_t rungStep(std::int64_t minResource, std::int64_t factor, std::int64_t exponent)
{
    const double step = double(minResource) * std::pow(double(factor), double(exponent));
    return step < 1e15 ? std::int64_t(std::llround(step)) : std::int64_t(1e15);
}

// The value with which a trial came to a rung: the first one that was reported there or later.
const Report* atRung(const Trial& trial, std::int64_t step, std::int64_t since)
{
    auto found = std::ranges::lower_bound(trial.reports, step, {}, &Report::step);
    while (found != trial.reports.end() && found->order <= since)
        ++found;
    return found == trial.reports.end() ? nullptr : &*found;
}

}

std::optional<Stop> judgeByHalving(const History& history, const Trial& trial, std::int64_t minResource,
                                   const HalvingSpec& spec, const std::string& rule,
                                   const std::function<bool(const Trial&)>& competes, std::int64_t since)
{
    const Report& now = trial.reports.back();
    for (std::int64_t rung = 0;; ++rung) {
        const std::int64_t step = rungStep(minResource, spec.reductionFactor, spec.minEarlyStoppingRate + rung);
        if (now.step < step)
            return {};
        // It has passed this rung before.
        if (const Report* first = atRung(trial, step, since); first && first->step < now.step)
            continue;
        if (std::isnan(now.value)) {
            Stop stop = notANumber(history, rule, now.step);
            stop.rung = rung;
            return stop;
        }
        std::vector<double> losses;
        Stop stop{rule, now.step, now.value};
        stop.rung = rung;
        for (const Trial& other : history.trials) {
            // One report may lead over several rungs: who was stopped at the first of them came to no other.
            if (other.stop && other.stop->rung && *other.stop->rung < rung)
                continue;
            const Report* report = competes(other) && history.compares(other) ? atRung(other, step, since) : nullptr;
            if (!report || std::isnan(report->value))
                continue;
            losses.push_back(history.asLoss(report->value));
            if (other.number != trial.number)
                stop.others.push_back(other.number);
        }
        std::ranges::sort(losses);
        const std::size_t going = std::max<std::size_t>(losses.size() / std::size_t(spec.reductionFactor), 1);
        stop.limit = history.asLoss(losses[going - 1]);
        const bool few = std::int64_t(losses.size()) <= spec.bootstrapCount;
        if (!few && !isWorse(history, now.value, stop.limit))
            continue;
        const std::string rungText = "rung " + std::to_string(rung) + " (step " + std::to_string(step) + ")";
        stop.message = few ? history.objectives.front().metric + ": " + std::to_string(losses.size()) +
                                 " trials came to " + rungText + "; none goes on before there are more than " +
                                 std::to_string(spec.bootstrapCount)
                           : comparison(history, "its value", now.value, now.step, stop.limit,
                                        "the limit of the best " + std::to_string(going) + " of " +
                                            std::to_string(losses.size()) + " trials at " + rungText);
        return stop;
    }
}

const Trial* firstWhole(const History& history)
{
    const Trial* first = nullptr;
    for (const Trial& trial : history.trials)
        if (trial.state == TrialState::Completed && history.compares(trial) && trial.lastStep() &&
            (!first || trial.finished < first->finished))
            first = &trial;
    return first;
}

std::vector<Bracket> hyperbandTable(std::int64_t minResource, std::int64_t maxResource, std::int64_t reductionFactor)
{
    // The largest s with min·η^s ≤ max, without the rounding of logarithms.
    std::int64_t most = 0;
    for (std::int64_t step = minResource; step <= maxResource / reductionFactor; step *= reductionFactor)
        ++most;
    std::vector<Bracket> table;
    for (std::int64_t s = most; s >= 0; --s) {
        Bracket bracket;
        const double first =
            std::ceil(double(most + 1) * std::pow(double(reductionFactor), double(s)) / double(s + 1) - 1e-9);
        auto trials = std::int64_t(first);
        for (std::int64_t k = 0; k <= s && trials > 0; ++k, trials /= reductionFactor)
            bracket.push_back({trials, rungStep(minResource, reductionFactor, most - s + k)});
        table.push_back(std::move(bracket));
    }
    return table;
}

std::int64_t costOf(const Bracket& bracket, bool resuming)
{
    std::int64_t cost = 0, before = 0;
    for (const Rung& rung : bracket) {
        cost += rung.trials * (rung.resource - (resuming ? before : 0));
        before = rung.resource;
    }
    return cost;
}

std::size_t bracketOf(std::int64_t trial, const std::vector<Bracket>& table)
{
    std::int64_t all = 0;
    for (const Bracket& bracket : table)
        all += bracket.front().trials;
    std::int64_t place = trial % all;
    std::size_t found = 0;
    while (place >= table[found].front().trials)
        place -= table[found++].front().trials;
    return found;
}

}
