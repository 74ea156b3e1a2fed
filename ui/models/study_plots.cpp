// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study_plots.h"

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

QString tr(const char* text)
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
    TrialsPlot::Spec spec{tr("Optimization history"), tr("trial"), {}, {}, {}, formatOf(study)};
    spec.logY = wantsLog(valuesOf(study));
    const auto history = study.history();
    const Trial* best = nullptr;
    for (const Trial& trial : study.trials) {
        const auto value = valueOf(trial);
        if (value || trial.state == TrialState::Failed)
            spec.items.push_back({trial.number, QPolygonF{QPointF(double(trial.number), value.value_or(std::nan("")))},
                                  markOf(trial), shownValue(study, trial)});
        if (trial.state == TrialState::Completed && (!best || history.loss(trial) < history.loss(*best)))
            best = &trial;
        if (best)
            spec.best << QPointF(double(trial.number), best->values.front());
    }
    return spec;
}

TrialsPlot::Spec curvesOf(const StudyState& study)
{
    TrialsPlot::Spec spec{tr("Learning curves"), tr("epoch"), {}, {}, {}, formatOf(study)};
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
    return spec;
}

QPolygonF limitOf(const StudyState& study, qint64 trial)
{
    if (trial < 0 || trial >= qint64(study.trials.size()))
        return {};
    const Trial& what = study.trials[std::size_t(trial)];
    if (!what.stop || !std::isfinite(what.stop->limit) || what.reports.empty() || what.stop->others.empty())
        return {};
    return QPolygonF{QPointF(double(what.reports.front().step), what.stop->limit),
                     QPointF(double(what.stop->step), what.stop->limit)};
}

std::vector<ParallelPlot::Axis> axesOf(const StudyState& study)
{
    std::vector<ParallelPlot::Axis> axes;
    for (const core::tune::Parameter& parameter : study.space.parameters())
        axes.push_back({shortName(study.space, parameter.path), ticksOf(parameter.range)});
    const QString title = metricTitle(metricOf(study));
    axes.push_back({title.section(' ', 1).isEmpty() ? title : title.section(' ', 1), ValueAxis(study).ticks()});
    return axes;
}

std::vector<ParallelPlot::Line> linesOf(const StudyState& study)
{
    const ValueAxis objective(study);
    std::vector<ParallelPlot::Line> lines;
    for (const Trial& trial : study.trials) {
        const auto value = valueOf(trial);
        if (!value || !std::isfinite(*value))
            continue;
        ParallelPlot::Line line{trial.number, study.space.unitOf(trial.parameters)};
        line.places.push_back(std::clamp(objective.place(*value), 0.0, 1.0));
        lines.push_back(std::move(line));
    }
    return lines;
}

}
