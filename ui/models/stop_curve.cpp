// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/stop_curve.h"

#include "core/tune/study.h"

#include <algorithm>
#include <cmath>

namespace ui::models {

using core::tune::Report;
using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;

namespace {

constexpr std::size_t mostReports = 4'000'000; ///< copied while the rule is asked; more would hold up the window
constexpr double worse = 1e300;

/// All trials as they were when `report` came; the trial itself with values that no rule lets pass, so that the rule
/// tells its limit.
std::vector<Trial> knownAt(const StudyState& study, std::size_t which, const Report& report, double bad)
{
    std::vector<Trial> trials = study.trials;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        Trial& trial = trials[i];
        std::erase_if(trial.reports, [&](const Report& each) { return each.order > report.order; });
        if (i == which || trial.finished == 0 || trial.finished > report.order) {
            trial.state = TrialState::Running;
            trial.values.clear();
            trial.stop.reset();
        }
    }
    for (Report& each : trials[which].reports)
        each.value = bad;
    return trials;
}

}

StopCurve stopCurveOf(const StudyState& study, qint64 number)
{
    if (number < 0 || number >= qint64(study.trials.size()))
        return {};
    const Trial& trial = study.trials[std::size_t(number)];
    if (!trial.stop || !std::isfinite(trial.stop->limit) || trial.reports.empty() || trial.stop->others.empty())
        return {};
    StopCurve curve{{}, {trial.stop->others.begin(), trial.stop->others.end()}};
    std::size_t reports = 0;
    for (const Trial& each : study.trials)
        reports += each.reports.size();
    const auto pruner = core::tune::makePruner(study.spec);
    if (pruner && reports * trial.reports.size() <= mostReports) {
        const double bad = study.spec.objective.front().maximizes() ? -worse : worse;
        for (const Report& report : trial.reports) {
            if (report.step > trial.stop->step)
                break;
            const std::vector<Trial> trials = knownAt(study, std::size_t(number), report, bad);
            const core::tune::History history{study.space,          study.spec.objective, trials,
                                              study.history().seed, study.maxJobs,        study.spec.maxParallelJobs};
            if (const auto stop = (*pruner)->judge(history, trials[std::size_t(number)]);
                stop && std::isfinite(stop->limit) && std::abs(stop->limit) < worse / 1e6)
                curve.limit << QPointF(double(report.step), stop->limit);
        }
    }
    const QPointF said(double(trial.stop->step), trial.stop->limit);
    const bool same = !curve.limit.isEmpty() && curve.limit.back().x() == said.x() &&
                      std::abs(curve.limit.back().y() - said.y()) <= 1e-9 * std::max(1.0, std::abs(said.y()));
    if (!same || curve.limit.size() < 2)
        curve.limit = {QPointF(double(trial.reports.front().step), said.y()), said};
    return curve;
}

}
