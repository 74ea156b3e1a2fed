// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/weight_trails.h"

#include "ui/models/layer_norms.h"

#include <algorithm>
#include <cmath>

namespace ui::models {

using core::store::TensorSeries;
using plots::WeightTrail;

namespace {

constexpr std::size_t mostPoints = 400;

const std::vector<double>* columnOf(const TensorSeries& series, const char* name)
{
    const auto found = series.columns.find(name);
    return found == series.columns.end() ? nullptr : &found->second;
}

// Neighbours become one point that reaches as far as any of them.
std::vector<WeightTrail::Point> pointsOf(const TensorSeries& series)
{
    const auto *mean = columnOf(series, "mean"), *std = columnOf(series, "std"), *min = columnOf(series, "min"),
               *max = columnOf(series, "max");
    std::vector<WeightTrail::Point> points;
    if (!mean || !std)
        return points;
    const std::size_t every = (series.steps.size() + mostPoints - 1) / mostPoints;
    std::size_t joined = 0;
    for (std::size_t i = 0; i < series.steps.size(); ++i) {
        const double middle = (*mean)[i], spread = (*std)[i];
        if (!std::isfinite(middle) || !std::isfinite(spread))
            continue;
        WeightTrail::Point point{double(series.steps[i]), middle, middle - spread, middle + spread};
        point.min = min && std::isfinite((*min)[i]) ? (*min)[i] : point.low;
        point.max = max && std::isfinite((*max)[i]) ? (*max)[i] : point.high;
        if (joined++ % every == 0) {
            points.push_back(point);
            continue;
        }
        WeightTrail::Point& last = points.back();
        last.low = std::min(last.low, point.low);
        last.high = std::max(last.high, point.high);
        last.min = std::min(last.min, point.min);
        last.max = std::max(last.max, point.max);
    }
    return points;
}

}

plots::WeightTrails trailsOf(const core::store::TensorMap& tensors)
{
    plots::WeightTrails trails;
    for (const auto& [name, series] : tensors) {
        // Weights alone: what is told of them besides is no trail of theirs.
        if (!isWeight(name))
            continue;
        WeightTrail trail{pointsOf(series), series.steps.empty() ? 0 : double(series.steps.back())};
        if (trail.points.size() > 1)
            trails.emplace(name, std::move(trail));
    }
    return trails;
}

}
