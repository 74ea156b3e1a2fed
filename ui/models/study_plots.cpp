// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study_plots.h"

#include "ui/models/trials_table.h"
#include "ui/style/theme.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ui::models {

using core::tune::Distribution;
using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;
using plots::ParallelPlot;
using plots::Tick;
using plots::TrialsPlot;

namespace {

constexpr std::int64_t fewValues = 6;
constexpr double logFactor = 20; ///< above it losses go by a logarithm
constexpr int fewTicks = 5;

QString tr(const char* text)
{
    return QCoreApplication::translate("ui::models::StudyPlots", text);
}

const std::string& metricOf(const StudyState& study)
{
    return study.spec.objective.front().metric;
}

plots::ValueFormat formatOf(const StudyState& study)
{
    return metricOf(study).ends_with("accuracy") ? plots::ValueFormat::Percent : plots::ValueFormat::Number;
}

TrialsPlot::Mark markOf(const Trial& trial)
{
    switch (trial.state) {
    case TrialState::Completed:
        return TrialsPlot::Mark::Whole;
    case TrialState::Stopped:
    case TrialState::Skipped:
        return TrialsPlot::Mark::Stopped;
    case TrialState::Failed:
        return TrialsPlot::Mark::Failed;
    default:
        return TrialsPlot::Mark::Going;
    }
}

bool wantsLog(const std::vector<double>& values)
{
    if (values.empty())
        return false;
    const auto [low, high] = std::ranges::minmax_element(values);
    return *low > 0 && *high / *low > logFactor;
}

std::vector<double> valuesOf(const StudyState& study)
{
    std::vector<double> values;
    for (const Trial& trial : study.trials)
        if (const auto value = valueOf(trial); value && std::isfinite(*value))
            values.push_back(*value);
    return values;
}

QString shownValue(const StudyState& study, const Trial& trial)
{
    const auto value = valueOf(trial);
    return value ? objectiveText(metricOf(study), *value) : QString();
}

std::vector<Tick> ticksOf(const Distribution& range)
{
    std::vector<Tick> ticks;
    const auto count = range.count();
    if (range.type == core::tune::Type::Categorical || (count && *count <= fewValues)) {
        for (std::int64_t i = 0; i < count.value_or(0); ++i)
            ticks.push_back({range.toUnit(range.at(i)), valueText(range.at(i))});
        return ticks;
    }
    std::vector<Tick> raw;
    if (range.scale == core::tune::Scale::Log)
        raw = plots::logTicks(range.min, range.max, fewTicks);
    else if (range.scale == core::tune::Scale::Linear)
        raw = plots::linearTicks(range.min, range.max, fewTicks, plots::ValueFormat::Number,
                                 range.type == core::tune::Type::Integer);
    else
        for (const double unit : {0.0, 0.5, 1.0})
            raw.push_back({range.fromUnit(unit).toReal(), valueText(range.fromUnit(unit))});
    for (const Tick& tick : raw)
        if (tick.value >= range.min && tick.value <= range.max) {
            const bool whole = range.type == core::tune::Type::Integer;
            ticks.push_back({range.toUnit(whole ? core::base::Value(std::int64_t(std::llround(tick.value)))
                                                : core::base::Value(tick.value)),
                             tick.label});
        }
    return ticks;
}

/// Where values of the objective stand on its axis.
struct ObjectiveAxis {
    plots::Range range;
    bool log = false;

    explicit ObjectiveAxis(const StudyState& study)
    {
        const std::vector<double> values = valuesOf(study);
        if (values.empty())
            return;
        const auto [low, high] = std::ranges::minmax_element(values);
        log = wantsLog(values);
        range = *high > *low ? plots::niceRange(*low, *high, log, fewTicks, formatOf(study))
                             : plots::Range{*low - 0.5, *high + 0.5};
    }
    double place(double value) const
    {
        return log ? std::log(value / range.lo) / std::log(range.hi / range.lo) : (value - range.lo) / range.span();
    }
};

}

QString metricTitle(const std::string& metric)
{
    QString name = QString::fromStdString(metric).replace('/', ' ').replace('_', ' ');
    if (!name.isEmpty())
        name[0] = name[0].toUpper();
    return name;
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
    const ObjectiveAxis objective(study);
    ParallelPlot::Axis last{metricTitle(metricOf(study)).section(' ', 1).isEmpty()
                                ? metricTitle(metricOf(study))
                                : metricTitle(metricOf(study)).section(' ', 1),
                            {}};
    const auto ticks = objective.log
                           ? plots::logTicks(objective.range.lo, objective.range.hi, fewTicks, formatOf(study))
                           : plots::linearTicks(objective.range.lo, objective.range.hi, fewTicks, formatOf(study));
    for (const Tick& tick : ticks)
        last.ticks.push_back({objective.place(tick.value), tick.label});
    axes.push_back(std::move(last));
    return axes;
}

std::vector<ParallelPlot::Line> linesOf(const StudyState& study)
{
    const ObjectiveAxis objective(study);
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
