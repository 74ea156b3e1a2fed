// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/surrogate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace core::tune {

using math::Matrix;

std::pair<double, double> Observed::original(double loss, double around) const
{
    const double pressed = mean + deviation * loss;
    const double slope = pressed > 0 ? std::exp(pressed) : 1;
    const double plain = pressed > 0 ? std::expm1(pressed) : pressed;
    return {middle + width * plain, width * slope * deviation * around};
}

double Observed::best(const std::vector<double>& ofRows) const
{
    const double none = std::numeric_limits<double>::infinity();
    double own = none, any = none;
    for (std::size_t i = 0; i < ofRows.size(); ++i) {
        any = std::min(any, ofRows[i]);
        if (i >= size() || isOwn(i))
            own = std::min(own, ofRows[i]);
    }
    return own < none ? own : any;
}

std::vector<std::vector<double>> Observed::bestPlaces(std::size_t count) const
{
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    const double ownBest = best();
    const auto key = [&](std::size_t i) { return std::pair(!isOwn(i) || losses[i] > ownBest, losses[i]); };
    std::ranges::stable_sort(order, {}, key);
    std::vector<std::vector<double>> places;
    for (std::size_t i = 0; i < std::min(order.size(), count); ++i) {
        const auto row = x.row(order[i]);
        places.emplace_back(row.begin(), row.end() - (hasTask ? 1 : 0));
    }
    return places;
}

std::vector<double> Observed::row(std::span<const double> place) const
{
    std::vector<double> made(place.begin(), place.end());
    if (hasTask)
        made.push_back(0);
    return made;
}

namespace {

struct ObservedRow {
    std::vector<double> x;
    double loss = 0;
    std::size_t task = 0;
    bool failed = false;
};

Matrix rowsOf(const std::vector<std::vector<double>>& rows, std::size_t columns)
{
    Matrix made(rows.size(), columns);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy(rows[i].begin(), rows[i].end(), made.cells.begin() + std::ptrdiff_t(i * columns));
    return made;
}

// How one task's losses become standardised ones.
struct LossScale {
    double middle = 0, width = 1, mean = 0, deviation = 1;
};

LossScale standardiseLosses(std::vector<double>& losses)
{
    LossScale scale;
    if (losses.empty())
        return scale;
    std::vector<double> order = losses;
    std::ranges::sort(order);
    const auto quantile = [&](double share) { return order[std::size_t(share * double(order.size() - 1) + 0.5)]; };
    scale.middle = quantile(0.5);
    scale.width = scale.middle - quantile(0.1);
    if (!(scale.width > 0))
        scale.width = order.back() - order.front();
    if (!(scale.width > 0))
        scale.width = 1;
    for (double& loss : losses) {
        loss = (loss - scale.middle) / scale.width;
        loss = loss > 0 ? std::log1p(loss) : loss;
    }
    double squares = 0;
    scale.mean = std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
    for (const double loss : losses)
        squares += (loss - scale.mean) * (loss - scale.mean);
    scale.deviation = std::sqrt(squares / double(losses.size()));
    if (!(scale.deviation > 1e-300))
        scale.deviation = 1;
    for (double& loss : losses)
        loss = (loss - scale.mean) / scale.deviation;
    return scale;
}

double squaredDistanceOf(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

// Leaves failures out, as what went wrong may have nothing to do with the place; but where the nearest trials failed
// too, the place is to blame.
void dropFailures(std::vector<ObservedRow>& rows)
{
    constexpr std::size_t neighbours = 3;
    std::vector<ObservedRow> kept;
    for (const ObservedRow& row : rows) {
        std::vector<std::pair<double, bool>> others; // how far, and whether it went well
        for (const ObservedRow& other : rows)
            if (row.failed && &other != &row && other.task == row.task)
                others.emplace_back(squaredDistanceOf(row.x, other.x), !other.failed);
        const std::size_t near = std::min(neighbours, others.size());
        std::partial_sort(others.begin(), others.begin() + std::ptrdiff_t(near), others.end());
        others.resize(near);
        if (!row.failed || (near == neighbours && std::ranges::none_of(others, &std::pair<double, bool>::second)))
            kept.push_back(row);
    }
    rows = std::move(kept);
}

// Losses that are no numbers, or without bounds: the worst of their task, −∞ the best.
void boundLosses(std::vector<ObservedRow>& rows, std::size_t tasks)
{
    for (std::size_t task = 0; task < tasks; ++task) {
        double worst = -std::numeric_limits<double>::infinity(), best = -worst;
        for (const ObservedRow& row : rows)
            if (row.task == task && std::isfinite(row.loss)) {
                worst = std::max(worst, row.loss);
                best = std::min(best, row.loss);
            }
        const bool any = std::isfinite(worst);
        for (ObservedRow& row : rows)
            if (row.task == task && !std::isfinite(row.loss))
                row.loss = !any ? 0 : row.loss < 0 ? best : worst;
    }
}

// What the other tasks had near a place: their mean, the nearest counting most.
double expectedByOthers(const std::vector<ObservedRow>& rows, const std::vector<double>& x)
{
    constexpr double reach = 0.15;
    std::vector<double> distances;
    double least = std::numeric_limits<double>::infinity();
    for (const ObservedRow& row : rows) {
        distances.push_back(squaredDistanceOf(row.x, x));
        if (row.task != 0)
            least = std::min(least, distances.back());
    }
    double weights = 0, sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].task != 0) {
            const double weight = std::exp((least - distances[i]) / (2 * reach * reach * double(x.size())));
            weights += weight;
            sum += weight * rows[i].loss;
        }
    return sum / weights;
}

// Moves the study's own losses to where those of the other tasks are at the same places.
void alignOwn(std::vector<ObservedRow>& rows, LossScale& own)
{
    std::vector<double> expected;
    for (const ObservedRow& row : rows)
        if (row.task == 0)
            expected.push_back(expectedByOthers(rows, row.x));
    if (expected.empty())
        return;
    double mean = 0, squares = 0;
    for (const double each : expected)
        mean += each / double(expected.size());
    for (const double each : expected)
        squares += (each - mean) * (each - mean) / double(expected.size());
    const double factor = std::clamp(std::sqrt(squares), 0.3, 1.0);
    for (ObservedRow& row : rows)
        if (row.task == 0)
            row.loss = mean + factor * row.loss;
    own.deviation /= factor;
    own.mean -= own.deviation * mean;
}

// The best half of so many rows and the newest of the others.
void keepSome(std::vector<ObservedRow>& rows, std::size_t most)
{
    if (rows.size() <= most)
        return;
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rows[i].loss; });
    std::sort(order.begin() + std::ptrdiff_t(most / 2), order.end(), std::greater<>());
    order.resize(most);
    std::ranges::sort(order);
    std::vector<ObservedRow> fewer;
    for (const std::size_t i : order)
        fewer.push_back(std::move(rows[i]));
    rows = std::move(fewer);
}

// The loss of a trial that has ended, NaN of one that failed; nothing while it runs.
std::optional<double> endedLoss(const History& history, const Trial& trial)
{
    if (trial.state == TrialState::Failed)
        return std::nan("");
    if (history.compares(trial))
        return history.lastLoss(trial);
    if (trial.state == TrialState::Completed)
        return history.loss(trial);
    return {};
}

}

Observed observe(const History& history, std::size_t most, bool withOthers)
{
    std::vector<ObservedRow> rows;
    std::vector<std::vector<double>> pending;
    std::map<std::string, std::size_t> others;
    for (const Trial& trial : history.trials) {
        if (trial.state == TrialState::Skipped || !history.space.holds(trial.parameters) ||
            (!withOthers && !history.compares(trial)))
            continue;
        const auto loss = endedLoss(history, trial);
        std::vector<double> place = history.space.filledUnitOf(trial.parameters);
        if (!loss && history.compares(trial)) {
            pending.push_back(std::move(place));
        } else if (loss) {
            std::size_t task = 0;
            if (!history.compares(trial)) {
                const base::Value* parent = trial.notes.find("study");
                task = others.emplace(parent ? parent->text() : "", others.size() + 1).first->second;
            }
            rows.push_back({std::move(place), *loss, task, trial.state == TrialState::Failed});
        }
    }
    dropFailures(rows);
    boundLosses(rows, others.size() + 1);
    Observed made;
    made.hasTask = !others.empty();
    if (!made.hasTask)
        keepSome(rows, most);
    LossScale own;
    for (std::size_t task = 0; task <= others.size(); ++task) {
        std::vector<double> losses;
        for (const ObservedRow& row : rows)
            if (row.task == task)
                losses.push_back(row.loss);
        const LossScale scale = standardiseLosses(losses);
        auto next = losses.begin();
        for (ObservedRow& row : rows)
            if (row.task == task)
                row.loss = *next++;
        if (task == 0)
            own = scale;
    }
    if (made.hasTask) {
        alignOwn(rows, own);
        keepSome(rows, most);
    }
    std::vector<std::vector<double>> x;
    for (ObservedRow& row : rows) {
        if (made.hasTask)
            row.x.push_back(double(row.task));
        x.push_back(std::move(row.x));
        made.losses.push_back(row.loss);
    }
    if (made.hasTask)
        for (auto& place : pending)
            place.push_back(0);
    const std::size_t columns = history.space.size() + made.hasTask;
    made.x = rowsOf(x, columns);
    made.pending = rowsOf(pending, columns);
    made.mean = own.mean;
    made.deviation = own.deviation;
    made.middle = own.middle;
    made.width = own.width;
    return made;
}

}
