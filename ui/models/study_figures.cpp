// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study_figures.h"

#include "core/tune/analysis.h"
#include "core/tune/views.h"
#include "ui/models/study_axes.h"
#include "ui/models/trials_table.h"
#include "ui/style/theme.h"

#include <QCoreApplication>

#include <algorithm>
#include <set>

namespace ui::models {

using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;
using plots::StudyPlot;
using plots::TrialMark;

namespace {

constexpr double golden = 0.6180339887498949;
constexpr double aside = 0.5; ///< the part of a category's room that its trials spread over

QString say(const char* text)
{
    return QCoreApplication::translate("ui::models::StudyFigures", text);
}

QString metricName(const StudyState& study, std::size_t objective)
{
    return metricTitle(study.spec.objective[objective].metric);
}

StudyPlot::Spec plane(const StudyState& study, const QString& name, std::size_t x, std::size_t y)
{
    StudyPlot::Spec spec;
    spec.name = name;
    spec.x = parameterAxis(study, x);
    spec.y = parameterAxis(study, y);
    spec.picks = true;
    return spec;
}

bool shownIn(const Trial& trial, std::size_t objective)
{
    const auto value = valueOf(trial, objective);
    return value && std::isfinite(*value);
}

}

StudyPlot::Axis parameterAxis(const StudyState& study, std::size_t parameter)
{
    const core::tune::Parameter& what = study.space.parameters()[parameter];
    return {shortName(study.space, what.path), ticksOf(what.range)};
}

StudyPlot::Axis objectiveAxis(const StudyState& study, std::size_t objective)
{
    return {metricName(study, objective), ValueAxis(study, objective).ticks()};
}

double placeOn(const StudyState& study, const Trial& trial, std::size_t parameter)
{
    const core::tune::Parameter& what = study.space.parameters()[parameter];
    const core::base::Value* value = trial.parameters.find(what.path);
    // One from before the range was changed has no place on it.
    if (!value || !what.range.contains(*value))
        return std::nan("");
    const double place = what.range.toUnit(*value);
    if (what.range.type != core::tune::Type::Categorical)
        return place;
    const double along = double(trial.number) * golden;
    return place +
           (along - std::floor(along) - 0.5) * aside / double(std::max<std::size_t>(1, what.range.values.size()));
}

QString trialText(const StudyState& study, const Trial& trial, std::size_t objective)
{
    const QString name = say("trial %1").arg(trial.number);
    const auto value = valueOf(trial, objective);
    return value ? name + QStringLiteral(" · ") + objectiveText(study.spec.objective[objective].metric, *value) : name;
}

StudyPlot::Spec sliceFigure(const StudyState& study, std::size_t parameter, std::size_t objective)
{
    StudyPlot::Spec spec;
    spec.name = say("Slice");
    spec.empty = say("Here every trial will stand at its value of one parameter: a slope tells that it matters.");
    spec.x = parameterAxis(study, parameter);
    spec.y = objectiveAxis(study, objective);
    spec.picks = true;
    const ValueAxis values(study, objective);
    for (const Trial& trial : study.trials)
        if (const double at = placeOn(study, trial, parameter); shownIn(trial, objective) && std::isfinite(at))
            spec.items.push_back({trial.number, QPolygonF{QPointF(at, values.place(*valueOf(trial, objective)))},
                                  markOf(trial), trialText(study, trial, objective)});
    return spec;
}

StudyPlot::Spec rankFigure(const StudyState& study, std::size_t x, std::size_t y, std::size_t objective)
{
    StudyPlot::Spec spec = plane(study, say("Rank"), x, y);
    spec.empty = say("Here every trial will stand at two of its values, in the colour of its rank.");
    const auto& parameters = study.space.parameters();
    const auto ranks = core::tune::rankOf(study, parameters[x].path, parameters[y].path, objective);
    if (!ranks)
        return spec;
    for (const core::tune::ViewPoint& point : ranks->points) {
        const Trial& trial = study.trials[std::size_t(point.trial)];
        const QPointF at(placeOn(study, trial, x), placeOn(study, trial, y));
        if (!std::isfinite(at.x()) || !std::isfinite(at.y()))
            continue;
        const double behind = std::round(point.rank * double(std::max<std::size_t>(1, ranks->points.size()) - 1));
        spec.items.push_back({point.trial, QPolygonF{at}, markOf(trial),
                              say("%1 · rank %2").arg(trialText(study, trial, objective)).arg(int(behind) + 1),
                              1 - point.rank});
    }
    if (!spec.items.empty()) {
        spec.field.lowText = say("worst");
        spec.field.highText = say("best");
    }
    return spec;
}

StudyPlot::Spec contourFigure(const StudyState& study, std::size_t x, std::size_t y, std::size_t objective)
{
    StudyPlot::Spec spec = plane(study, say("Contour"), x, y);
    spec.empty = say("Here will be the objective over two parameters, once trials have ended at different places.");
    const auto& parameters = study.space.parameters();
    const auto contour = core::tune::contourOf(study, parameters[x].path, parameters[y].path, objective);
    if (!contour)
        return spec;
    for (const core::tune::ViewPoint& point : contour->points) {
        const Trial& trial = study.trials[std::size_t(point.trial)];
        spec.items.push_back({point.trial, QPolygonF{QPointF(placeOn(study, trial, x), placeOn(study, trial, y))},
                              markOf(trial), trialText(study, trial, objective)});
    }
    if (contour->grid.cells.empty())
        return spec;
    const ValueAxis values(study, objective);
    StudyPlot::Field& field = spec.field;
    field.columns = int(contour->grid.x.size());
    field.rows = int(contour->grid.y.size());
    for (const double value : contour->grid.cells)
        field.values.push_back(float(std::clamp(values.place(value), 0.0, 1.0)));
    field.falling = !study.spec.objective[objective].maximizes();
    const std::string metric = study.spec.objective[objective].metric;
    field.lowText = objectiveText(metric, values.range.lo);
    field.highText = objectiveText(metric, values.range.hi);
    field.told = [values, metric](double place) { return objectiveText(metric, values.value(place)); };
    return spec;
}

StudyPlot::Spec edfFigure(const StudyState& study, std::size_t objective, const std::vector<const StudyState*>& others)
{
    StudyPlot::Spec spec;
    spec.name = say("Distribution of values");
    spec.empty = say("Here will be the share of trials that are at most as large as each value.");
    std::vector<double> all;
    std::vector<const StudyState*> studies{&study};
    studies.insert(studies.end(), others.begin(), others.end());
    for (const StudyState* each : studies)
        for (const auto& [value, share] : core::tune::empiricalDistribution(each->history(), objective))
            if (std::isfinite(value))
                all.push_back(value);
    if (all.empty())
        return spec;
    const ValueAxis values(all, formatOf(study, objective));
    spec.x = {metricName(study, objective), values.ticks()};
    spec.y.title = say("Share of trials");
    for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0})
        spec.y.ticks.push_back({share, style::percent(share, 2)});
    for (std::size_t i = 0; i < studies.size(); ++i) {
        StudyPlot::Curve curve;
        curve.color = studies.size() > 1 ? int(i) : -1;
        if (studies.size() > 1)
            curve.name = QString::fromStdString(studies[i]->name);
        double before = 0;
        for (const auto& [value, share] : core::tune::empiricalDistribution(studies[i]->history(), objective)) {
            if (!std::isfinite(value))
                continue;
            if (curve.points.isEmpty())
                curve.points << QPointF(0, 0);
            // Level up to the value, then up.
            curve.points << QPointF(values.place(value), before) << QPointF(values.place(value), share);
            before = share;
        }
        curve.points << QPointF(1, before);
        spec.curves.push_back(std::move(curve));
    }
    const auto steps = core::tune::empiricalDistribution(study.history(), objective);
    for (const Trial& trial : study.trials)
        if (trial.state == TrialState::Completed && shownIn(trial, objective))
            for (const auto& [value, share] : steps)
                if (value == *valueOf(trial, objective))
                    spec.items.push_back({trial.number, QPolygonF{QPointF(values.place(value), share)},
                                          TrialMark::Whole, trialText(study, trial, objective)});
    return spec;
}

StudyPlot::Spec timelineFigure(const StudyState& study, double now)
{
    StudyPlot::Spec spec;
    spec.name = say("Timeline of workers");
    spec.empty = say("Here will be a bar for every trial, from its start to its end, one line for each place among the "
                     "workers.");
    const std::vector<core::tune::TimelineBar> bars = core::tune::timelineOf(study, now);
    if (bars.empty())
        return spec;
    double begin = bars.front().begin, last = begin;
    std::int64_t workers = 0;
    for (const core::tune::TimelineBar& bar : bars) {
        begin = std::min(begin, bar.begin);
        last = std::max(last, bar.end);
        workers = std::max(workers, bar.lane + 1);
    }
    const double span = std::max(1e-3, last - begin), lanes = double(workers);
    spec.x.title = say("since the first start");
    for (const plots::Tick& tick : plots::timeTicks(0, span, 6))
        spec.x.ticks.push_back({tick.value / span, tick.label});
    for (std::int64_t lane = 0; lane < workers; ++lane)
        spec.y.ticks.push_back({1 - (double(lane) + 0.5) / lanes, say("worker %1").arg(lane + 1)});
    for (const core::tune::TimelineBar& bar : bars) {
        const double y = 1 - (double(bar.lane) + 0.5) / lanes;
        const Trial& trial = study.trials[std::size_t(bar.trial)];
        spec.items.push_back(
            {bar.trial, QPolygonF{QPointF((bar.begin - begin) / span, y), QPointF((bar.end - begin) / span, y)},
             markOf(trial), trialText(study, trial) + QStringLiteral(" · ") + style::duration(bar.end - bar.begin)});
    }
    return spec;
}

StudyPlot::Spec paretoFigure(const StudyState& study, std::size_t x, std::size_t y)
{
    StudyPlot::Spec spec;
    spec.name = say("Pareto front");
    spec.empty = say("Trials that nothing beats in every objective will be marked here. Add a second objective in the "
                     "settings of the next study.");
    if (std::max(x, y) >= study.spec.objective.size() || x == y)
        return spec;
    const ValueAxis across(study, x), up(study, y);
    spec.x = objectiveAxis(study, x);
    spec.y = objectiveAxis(study, y);
    const auto history = study.history();
    const auto front = core::tune::paretoFront(history);
    const std::set<std::int64_t> marked(front.begin(), front.end());
    std::vector<const Trial*> edge;
    for (const Trial& trial : study.trials) {
        if (trial.state != TrialState::Completed || trial.values.size() <= std::max(x, y))
            continue;
        const bool on = marked.count(trial.number) > 0;
        spec.items.push_back({trial.number,
                              QPolygonF{QPointF(across.place(trial.values[x]), up.place(trial.values[y]))},
                              TrialMark::Whole,
                              say("trial %1 · %2 · %3")
                                  .arg(trial.number)
                                  .arg(objectiveText(study.spec.objective[x].metric, trial.values[x]),
                                       objectiveText(study.spec.objective[y].metric, trial.values[y])),
                              std::nan(""), on});
        if (on)
            edge.push_back(&trial);
    }
    // Of two objectives the front is a staircase; of more, its shadow on two of them is none.
    if (study.spec.objective.size() == 2 && !edge.empty()) {
        std::ranges::stable_sort(edge, {}, [&](const Trial* trial) { return across.place(trial->values[x]); });
        StudyPlot::Curve curve;
        for (const Trial* trial : edge) {
            const QPointF at(across.place(trial->values[x]), up.place(trial->values[y]));
            // The corner lies on the side that is worse in both.
            if (!curve.points.isEmpty())
                curve.points << (study.spec.objective[x].maximizes() ? QPointF(curve.points.back().x(), at.y())
                                                                     : QPointF(at.x(), curve.points.back().y()));
            curve.points << at;
        }
        spec.curves.push_back(std::move(curve));
    }
    return spec;
}

StudyPlot::Spec hypervolumeFigure(const StudyState& study)
{
    StudyPlot::Spec spec;
    spec.name = say("Hypervolume");
    spec.empty = say("The volume that the trials dominate; it grows while the front moves on.");
    if (study.spec.objective.size() < 2)
        return spec;
    const auto volumes = core::tune::hypervolumeHistory(study.history());
    std::vector<double> values;
    for (const auto& [trial, volume] : volumes)
        values.push_back(volume);
    if (values.empty())
        return spec;
    values.push_back(0);
    ValueAxis up(values, plots::ValueFormat::Number);
    const double last = double(std::max<std::size_t>(2, volumes.size()) - 1);
    spec.y = {say("Hypervolume"), up.ticks(4)};
    spec.x.title = say("trials that ended");
    for (const plots::Tick& tick : plots::linearTicks(1, last + 1, 4, plots::ValueFormat::Number, true))
        spec.x.ticks.push_back({(tick.value - 1) / last, tick.label});
    StudyPlot::Curve curve;
    curve.stairs = true;
    for (std::size_t i = 0; i < volumes.size(); ++i)
        curve.points << QPointF(double(i) / last, up.place(volumes[i].second));
    spec.curves.push_back(std::move(curve));
    return spec;
}

}
