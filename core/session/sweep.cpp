// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace core::session {

const Spread* SweepPoint::find(const std::string& value) const
{
    const auto found = values.find(value);
    return found == values.end() ? nullptr : &found->second;
}

const SweepPoint* SweepCurve::at(double x) const
{
    const auto found =
        std::ranges::find_if(points, [x](const SweepPoint& p) { return std::abs(p.x - x) <= 1e-9 * std::abs(x); });
    return found == points.end() ? nullptr : &*found;
}

void spread(SweepPlan& plan, const SweepContext& context, const SweepCommon& common, PlannedRun point)
{
    const std::string& name = context.resolved["name"].text();
    std::string label = point.label;
    std::ranges::replace(label, ' ', '-');
    point.changes.insert(point.changes.begin(), {"name", (name.empty() ? "" : name + "-") + label});
    if (common.epochs) {
        point.changes.emplace_back("train.steps", nullptr);
        point.changes.emplace_back("train.epochs", *common.epochs);
    }
    const std::int64_t first = context.resolved["train"]["seed"].toInt();
    for (std::int64_t i = 0; i < common.seeds; ++i) {
        PlannedRun run = point;
        run.seed = first + i;
        run.changes.emplace_back("train.seed", run.seed);
        plan.runs.push_back(std::move(run));
    }
}

std::string figure(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

namespace {

bool isShare(const SweepSummary& summary)
{
    return summary.metric == "accuracy";
}

}

std::string difference(const SweepSummary& summary, double value)
{
    char text[32];
    if (!isShare(summary))
        return figure(value);
    std::snprintf(text, sizeof text, "%.1f points", 100 * value);
    return text;
}

std::string valued(const SweepSummary& summary, double value)
{
    char text[32];
    if (!isShare(summary))
        return figure(value);
    std::snprintf(text, sizeof text, "%.1f\u00a0%%", 100 * value);
    return text;
}

}
