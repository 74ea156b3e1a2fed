// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study_plots.h"

#include "core/tune/feasible.h"
#include "ui/models/trials_table.h"
#include "ui/style/theme.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ui::models {

using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;
using plots::ParallelPlot;
using plots::TrialsPlot;

namespace {

QString plotText(const char* text)
{
    return QCoreApplication::translate("ui::models::StudyPlots", text);
}

const std::string& metricOf(const StudyState& study)
{
    return study.spec.objective.front().metric;
}

QString shownValue(const StudyState& study, const Trial& trial)
{
    const auto value = valueOf(trial);
    return value ? objectiveText(metricOf(study), *value) : QString();
}

}

TrialsPlot::Spec historyOf(const StudyState& study)
{
    TrialsPlot::Spec spec{plotText("Optimization history"), plotText("trial"), {}, {}, {}, formatOf(study)};
    spec.logY = wantsLog(valuesOf(study));
    const auto history = study.history();
    const Trial* best = nullptr;
    for (const Trial& trial : study.trials) {
        const auto value = valueOf(trial);
        if (value || trial.state == TrialState::Failed)
            spec.items.push_back({trial.number, QPolygonF{QPointF(double(trial.number), value.value_or(std::nan("")))},
                                  markOf(trial), shownValue(study, trial)});
        if (trial.state == TrialState::Completed && core::tune::isFeasible(trial) &&
            (!best || history.loss(trial) < history.loss(*best)))
            best = &trial;
        if (best)
            spec.best << QPointF(double(trial.number), best->values.front());
    }
    return spec;
}

TrialsPlot::Spec curvesOf(const StudyState& study)
{
    TrialsPlot::Spec spec{plotText("Learning curves"), plotText("epoch"), {}, {}, {}, formatOf(study)};
    std::vector<double> values;
    for (const Trial& trial : study.trials) {
        if (trial.reports.empty())
            continue;
        QPolygonF line;
        for (const core::tune::Report& report : trial.reports)
            if (std::isfinite(report.value)) {
                line << QPointF(double(report.step), report.value);
                values.push_back(report.value);
            }
        // A failed one ends where it was; the triangle stands in the history.
        const TrialsPlot::Mark mark = markOf(trial);
        spec.items.push_back({trial.number, std::move(line),
                              mark == TrialsPlot::Mark::Failed ? TrialsPlot::Mark::Stopped : mark,
                              shownValue(study, trial)});
    }
    spec.logY = wantsLog(values);
    if (!study.trials.empty())
        spec.none = plotText("No trial has told a value on the way");
    return spec;
}

std::vector<ParallelPlot::Axis> axesOf(const StudyState& study)
{
    std::vector<ParallelPlot::Axis> axes;
    for (const core::tune::Parameter& parameter : study.space.parameters()) {
        const core::tune::Distribution& range = parameter.range;
        ParallelPlot::Axis axis{shortName(study.space, parameter.path), ticksOf(range),
                                QString::fromStdString(parameter.path)};
        if (range.type != core::tune::Type::Categorical && range.scale != core::tune::Scale::ReverseLog) {
            axis.values = plots::Range{range.unscaled(range.scaledMin()), range.unscaled(range.scaledMax())};
            axis.log = range.scale == core::tune::Scale::Log;
        }
        axes.push_back(std::move(axis));
    }
    for (std::size_t k = 0; k < study.spec.objective.size(); ++k) {
        const std::string& metric = study.spec.objective[k].metric;
        const QString title = metricTitle(metric), end = title.section(' ', 1);
        const ValueAxis values(study, k);
        axes.push_back(
            {end.isEmpty() ? title : end, values.ticks(), QString::fromStdString(metric), values.range, values.log});
    }
    return axes;
}

std::vector<ParallelPlot::Line> linesOf(const StudyState& study)
{
    std::vector<ValueAxis> objectives;
    for (std::size_t k = 0; k < study.spec.objective.size(); ++k)
        objectives.emplace_back(study, k);
    std::vector<ParallelPlot::Line> lines;
    for (const Trial& trial : study.trials) {
        const auto first = valueOf(trial);
        if (!first || !std::isfinite(*first))
            continue;
        ParallelPlot::Line line{trial.number, study.space.unitOf(trial.parameters)};
        for (std::size_t k = 0; k < objectives.size(); ++k) {
            const auto value = valueOf(trial, k);
            line.places.push_back(value ? std::clamp(objectives[k].place(*value), 0.0, 1.0) : std::nan(""));
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}
