// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/views.h"

#include "core/spec/check.h"
#include "core/tune/analysis.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace core::tune {

using base::Error;
using base::ErrorKind;
using base::Result;

namespace {

Result<ViewAxis> viewAxis(const StudyState& study, const std::string& path)
{
    std::vector<std::string> known;
    std::string list;
    for (const Parameter& each : study.space.parameters()) {
        if (each.path == path)
            return ViewAxis{each.path, each.range};
        known.push_back(each.path);
        list += (list.empty() ? "" : ", ") + each.path;
    }
    const std::string near = spec::nearest(path, known);
    return Error{ErrorKind::Usage, "the study has no parameter \"" + path + "\"", study.name,
                 near.empty() ? "It has " + list : "Did you mean \"" + near + "\"?"};
}

base::Status mustHave(const StudyState& study, std::size_t objective)
{
    if (objective < study.spec.objective.size())
        return {};
    return Error{ErrorKind::Usage, "the study has no objective " + std::to_string(objective), study.name,
                 "It has " + std::to_string(study.spec.objective.size()) + ", counted from 0"};
}

// Ranks as shares, equals at their middle.
void rankPoints(const StudyState& study, std::size_t objective, std::vector<ViewPoint>& points)
{
    const History history = study.history();
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    const auto loss = [&](std::size_t i) { return history.asLoss(points[i].value, objective); };
    std::ranges::stable_sort(order, {}, loss);
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last + 1 < order.size() && loss(order[last + 1]) == loss(order[first]))
            ++last;
        for (std::size_t k = first; k <= last; ++k)
            points[order[k]].rank = points.size() < 2 ? 0 : double(first + last) / 2 / double(points.size() - 1);
        first = last + 1;
    }
}

std::vector<ViewPoint> viewPoints(const StudyState& study, const ViewAxis& x, const ViewAxis* y, std::size_t objective)
{
    const History history = study.history();
    std::vector<ViewPoint> points;
    for (const Trial& trial : study.trials) {
        const base::Value* xValue = trial.parameters.find(x.path);
        const base::Value* yValue = y ? trial.parameters.find(y->path) : nullptr;
        if (trial.state != TrialState::Completed || !history.compares(trial) || objective >= trial.values.size() ||
            !xValue || !x.range.contains(*xValue) || (y && (!yValue || !y->range.contains(*yValue))))
            continue;
        ViewPoint point{trial.number, *xValue, yValue ? *yValue : base::Value(), x.range.toUnit(*xValue)};
        point.y = yValue ? y->range.toUnit(*yValue) : 0;
        point.value = trial.values[objective];
        points.push_back(std::move(point));
    }
    rankPoints(study, objective, points);
    return points;
}

std::vector<double> gridPlaces(const Distribution& range, std::size_t resolution)
{
    resolution = std::clamp<std::size_t>(resolution, 2, 200);
    std::vector<double> places;
    if (const auto count = range.count(); count && *count <= std::int64_t(resolution)) {
        for (std::int64_t i = 0; i < *count; ++i)
            places.push_back(range.toUnit(range.at(i)));
        return places;
    }
    for (std::size_t i = 0; i < resolution; ++i)
        places.push_back(double(i) / double(resolution - 1));
    return places;
}

std::size_t nearestPlace(const std::vector<double>& places, double at)
{
    const auto above = std::size_t(std::ranges::lower_bound(places, at) - places.begin());
    if (above == 0)
        return 0;
    return above == places.size() || at - places[above - 1] <= places[above] - at ? above - 1 : above;
}

// The harmonic surface through the cells that are held, with free edges, by successive over-relaxation.
void relaxGrid(ViewGrid& grid, const std::vector<char>& held, double spread)
{
    const std::size_t columns = grid.x.size(), rows = grid.y.size();
    const double omega = 2 / (1 + std::sin(std::numbers::pi / double(std::max(columns, rows) + 1)));
    for (int sweep = 0; sweep < 4000; ++sweep) {
        double most = 0;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c) {
                if (held[r * columns + c])
                    continue;
                double sum = 0, count = 0;
                const auto add = [&](bool inside, std::size_t place) {
                    sum += inside ? grid.cells[place] : 0;
                    count += inside;
                };
                const std::size_t here = r * columns + c;
                add(r > 0, here - columns);
                add(r + 1 < rows, here + columns);
                add(c > 0, here - 1);
                add(c + 1 < columns, here + 1);
                const double change = omega * (sum / count - grid.cells[here]);
                grid.cells[here] += change;
                most = std::max(most, std::abs(change));
            }
        if (most <= 1e-7 * spread)
            break;
    }
}

void fillGrid(ViewGrid& grid, const std::vector<ViewPoint>& points)
{
    const std::size_t cells = grid.x.size() * grid.y.size();
    std::vector<double> sums(cells, 0), counts(cells, 0);
    double low = std::numeric_limits<double>::infinity(), high = -low, all = 0;
    for (const ViewPoint& point : points) {
        if (!std::isfinite(point.value))
            continue;
        const std::size_t cell = nearestPlace(grid.y, point.y) * grid.x.size() + nearestPlace(grid.x, point.x);
        sums[cell] += point.value;
        counts[cell] += 1;
    }
    std::vector<char> held(cells, 0);
    std::size_t known = 0;
    for (std::size_t i = 0; i < cells; ++i)
        if (counts[i] > 0) {
            sums[i] /= counts[i];
            low = std::min(low, sums[i]);
            high = std::max(high, sums[i]);
            all += sums[i];
            held[i] = 1;
            ++known;
        }
    if (known < 2)
        return;
    grid.cells.assign(cells, all / double(known));
    for (std::size_t i = 0; i < cells; ++i)
        if (held[i])
            grid.cells[i] = sums[i];
    relaxGrid(grid, held, high - low);
}

}

std::vector<EdfStep> edfOf(const StudyState& study, std::size_t objective)
{
    std::vector<EdfStep> steps;
    if (objective < study.spec.objective.size())
        for (const auto& [value, share] : empiricalDistribution(study.history(), objective))
            steps.push_back({value, share});
    return steps;
}

Result<SliceView> sliceOf(const StudyState& study, const std::string& x, std::size_t objective)
{
    CORE_TRY(axis, viewAxis(study, x));
    CORE_CHECK(mustHave(study, objective));
    return SliceView{axis, viewPoints(study, axis, nullptr, objective)};
}

Result<RankView> rankOf(const StudyState& study, const std::string& x, const std::string& y, std::size_t objective)
{
    CORE_TRY(across, viewAxis(study, x));
    CORE_TRY(up, viewAxis(study, y));
    CORE_CHECK(mustHave(study, objective));
    return RankView{across, up, viewPoints(study, across, &up, objective)};
}

Result<ContourView> contourOf(const StudyState& study, const std::string& x, const std::string& y,
                              std::size_t objective, std::size_t resolution)
{
    CORE_TRY(across, viewAxis(study, x));
    CORE_TRY(up, viewAxis(study, y));
    CORE_CHECK(mustHave(study, objective));
    ContourView view{across, up, viewPoints(study, across, &up, objective), {}};
    view.grid = {gridPlaces(across.range, resolution), gridPlaces(up.range, resolution), {}};
    fillGrid(view.grid, view.points);
    return view;
}

std::vector<TimelineBar> timelineOf(const StudyState& study, std::optional<double> now)
{
    double newest = study.created;
    for (const Trial& trial : study.trials)
        newest = std::max({newest, trial.started, trial.ended});
    const double end = now.value_or(newest);
    std::vector<TimelineBar> bars;
    for (const Trial& trial : study.trials)
        if (trial.started > 0 && trial.source != "warm_start") {
            const double until = isFinished(trial.state) && trial.ended > 0 ? trial.ended : end;
            bars.push_back({trial.number, trial.state, trial.started, std::max(trial.started, until), 0});
        }
    std::ranges::stable_sort(bars, {}, &TimelineBar::begin);
    std::vector<double> free; // when each lane's last bar ends
    for (TimelineBar& bar : bars) {
        const auto lane = std::ranges::find_if(free, [&](double ends) { return ends <= bar.begin; });
        bar.lane = lane - free.begin();
        if (lane == free.end())
            free.push_back(bar.end);
        else
            *lane = bar.end;
    }
    return bars;
}

namespace {

void lookAlong(const Surrogate& surrogate, const Space& space, SurrogateView& view)
{
    for (ViewGrid* grid : {&view.deviation, &view.acquisition})
        *grid = view.mean;
    for (const double up : view.mean.y)
        for (const double across : view.mean.x) {
            base::Object point = view.fixed;
            point.set(view.x.path, view.x.range.fromUnit(across));
            if (view.y)
                point.set(view.y->path, view.y->range.fromUnit(up));
            // Another value of a parent brings its own parameters along, and takes others away.
            const Belief belief = surrogate.at(space.nearest(point));
            view.mean.cells.push_back(belief.mean);
            view.deviation.cells.push_back(belief.deviation);
            view.acquisition.cells.push_back(belief.acquisition);
        }
}

base::Status mustBeActive(const StudyState& study, const ViewAxis& axis, const Trial& best)
{
    if (best.parameters.find(axis.path))
        return {};
    return Error{ErrorKind::Usage, axis.path + " does not exist in the best trial, " + std::to_string(best.number),
                 study.name, "Take a parameter that it has"};
}

}

Result<SurrogateView> surrogateView(const StudyState& study, const std::string& x, const std::optional<std::string>& y,
                                    std::optional<std::size_t> resolution)
{
    SurrogateView view;
    CORE_TRY(across, viewAxis(study, x));
    view.x = across;
    if (y) {
        CORE_TRY(up, viewAxis(study, *y));
        view.y = up;
        if (up.path == across.path)
            return Error{ErrorKind::Usage, "both axes are " + x, study.name, "Take two parameters, or one axis"};
    }
    const History history = study.history();
    const Trial* best = history.best();
    if (!best)
        return Error{ErrorKind::Usage, "no trial has been completed", study.name, "Wait for the first"};
    CORE_CHECK(mustBeActive(study, view.x, *best));
    if (view.y)
        CORE_CHECK(mustBeActive(study, *view.y, *best));
    CORE_TRY(sampler, allSamplers().make(study.spec.strategy));
    const auto surrogate = sampler->surrogate(history);
    if (!surrogate)
        return Error{ErrorKind::Usage, study.spec.strategy.kind + " has no model of what it looks for", study.name,
                     "Bayesian and RandomForest have one"};
    view.fixed = study.space.nearest(best->parameters);
    const std::size_t count = resolution.value_or(y ? 31 : 101);
    view.mean.x = gridPlaces(view.x.range, count);
    view.mean.y = view.y ? gridPlaces(view.y->range, count) : std::vector<double>{0};
    view.points = viewPoints(study, view.x, view.y ? &*view.y : nullptr, 0);
    lookAlong(*surrogate, study.space, view);
    return view;
}

}
