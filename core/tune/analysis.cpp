// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/analysis.h"

#include "core/tune/feasible.h"
#include "core/tune/pareto.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

namespace {

std::vector<const Trial*> completed(const History& history)
{
    std::vector<const Trial*> found;
    for (const Trial& trial : history.trials)
        if (trial.state == TrialState::Completed && history.compares(trial))
            found.push_back(&trial);
    return found;
}

std::vector<const Trial*> completedByEnd(const History& history)
{
    std::vector<const Trial*> found = completed(history);
    std::ranges::stable_sort(found, {}, &Trial::finished);
    return found;
}

Losses lossesOf(const History& history, const Trial& trial)
{
    Losses losses;
    for (std::size_t k = 0; k < history.objectives.size(); ++k)
        losses.push_back(history.loss(trial, k));
    return losses;
}

}

std::vector<HistoryPoint> optimizationHistory(const History& history, std::size_t objective)
{
    std::vector<HistoryPoint> points;
    for (const Trial* trial : completedByEnd(history)) {
        const bool feasible = isFeasible(*trial);
        if (points.empty() && !feasible)
            continue;
        const double value = trial->values[objective];
        const double best = points.empty() ? value : points.back().best;
        const bool better = feasible && history.asLoss(value, objective) < history.asLoss(best, objective);
        points.push_back({trial->number, value, better ? value : best});
    }
    return points;
}

std::vector<std::pair<double, double>> empiricalDistribution(const History& history, std::size_t objective)
{
    std::vector<double> values;
    for (const Trial* trial : completed(history))
        values.push_back(trial->values[objective]);
    std::ranges::sort(values);
    std::vector<std::pair<double, double>> steps;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!steps.empty() && steps.back().first == values[i])
            steps.pop_back();
        steps.emplace_back(values[i], double(i + 1) / double(values.size()));
    }
    return steps;
}

std::vector<std::int64_t> ranking(const History& history, std::size_t objective)
{
    std::vector<const Trial*> order = completed(history);
    std::ranges::stable_sort(order, {}, [&](const Trial* trial) { return history.loss(*trial, objective); });
    std::vector<std::int64_t> numbers;
    for (const Trial* trial : order)
        numbers.push_back(trial->number);
    return numbers;
}

std::vector<std::int64_t> paretoFront(const History& history)
{
    std::vector<const Trial*> trials = completed(history);
    std::erase_if(trials, [](const Trial* trial) { return !isFeasible(*trial); });
    std::vector<Losses> points;
    for (const Trial* trial : trials)
        points.push_back(lossesOf(history, *trial));
    const auto ranks = nondominationRanks(points);
    std::vector<std::int64_t> front;
    for (std::size_t i = 0; i < trials.size(); ++i)
        if (ranks[i] == 0)
            front.push_back(trials[i]->number);
    return front;
}

std::vector<std::pair<std::int64_t, double>> hypervolumeHistory(const History& history, std::vector<double> reference)
{
    const std::vector<const Trial*> trials = completedByEnd(history);
    const std::size_t objectives = history.objectives.size();
    std::vector<Losses> points;
    Losses limit;
    for (std::size_t k = 0; k < objectives; ++k) {
        if (reference.size() == objectives) {
            limit.push_back(history.asLoss(reference[k], k));
            continue;
        }
        double low = 0, high = 0;
        for (std::size_t i = 0; i < trials.size(); ++i) {
            const double loss = history.loss(*trials[i], k);
            low = i == 0 ? loss : std::min(low, loss);
            high = i == 0 ? loss : std::max(high, loss);
        }
        limit.push_back(high + (high > low ? (high - low) / 10 : 1));
    }
    std::vector<std::pair<std::int64_t, double>> volumes;
    for (const Trial* trial : trials) {
        const Losses point = lossesOf(history, *trial);
        const bool adds = isFeasible(*trial) && std::ranges::none_of(points, [&](const Losses& other) {
                              return other == point || dominates(other, point);
                          });
        if (adds) {
            std::erase_if(points, [&](const Losses& other) { return dominates(point, other); });
            points.push_back(point);
        }
        volumes.emplace_back(trial->number, adds              ? hypervolume(points, limit)
                                            : volumes.empty() ? 0
                                                              : volumes.back().second);
    }
    return volumes;
}

Compared compareHistories(const std::vector<std::vector<HistoryPoint>>& studies)
{
    Compared compared;
    std::size_t length = studies.empty() ? 0 : studies.front().size();
    for (const auto& study : studies)
        length = std::min(length, study.size());
    for (std::size_t i = 0; i < length; ++i) {
        double sum = 0, squares = 0;
        for (const auto& study : studies)
            sum += study[i].best;
        const double mean = sum / double(studies.size());
        for (const auto& study : studies)
            squares += (study[i].best - mean) * (study[i].best - mean);
        compared.mean.push_back(mean);
        compared.spread.push_back(std::sqrt(squares / double(studies.size())));
    }
    return compared;
}

}
