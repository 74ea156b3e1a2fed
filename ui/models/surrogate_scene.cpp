// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/surrogate_scene.h"

#include "core/tune/sampler.h"
#include "ui/models/study_axes.h"
#include "ui/models/study_figures.h"
#include "ui/models/trials_table.h"
#include "ui/style/theme.h"

#include <QCoreApplication>

#include <algorithm>

namespace ui::models {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;
using plots::StudyPlot;

namespace {

constexpr int lineCells = 200, fieldCells = 48;
constexpr double bandWidth = 2;        ///< deviations on either side
constexpr double acquisitionDepth = 8; ///< of a logarithm, below its largest value

QString told(const char* text)
{
    return QCoreApplication::translate("ui::models::SurrogateScene", text);
}

/// The range of the acquisition that is worth seeing.
plots::Range worthSeeing(const SurrogateScene& scene)
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const double value : scene.acquisition)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    if (low > high)
        return {};
    if (high <= 0)
        low = std::max(low, high - acquisitionDepth);
    const double room = high > low ? (high - low) * 0.06 : std::max(1e-9, std::abs(high) * 0.01);
    return {low - room, high + room};
}

void addTrials(StudyPlot::Spec& spec, const SurrogateScene& scene, const StudyState& study, bool plane)
{
    const ValueAxis values(study);
    for (const Trial& trial : scene.past.trials) {
        const auto value = valueOf(trial);
        const double x = placeOn(study, trial, scene.x);
        const double y = plane ? placeOn(study, trial, *scene.y) : value ? values.place(*value) : std::nan("");
        if (std::isfinite(x) && std::isfinite(y))
            spec.items.push_back({trial.number, QPolygonF{QPointF(x, y)}, markOf(trial), trialText(study, trial)});
    }
}

double unitIn(const SurrogateScene& scene, const StudyState& study, std::size_t parameter)
{
    return study.space.unitOf(scene.next)[parameter];
}

QString nextName(const SurrogateScene& scene)
{
    return scene.chosen ? told("next: trial %1").arg(scene.number) : told("next");
}

}

StudyState studyBefore(const StudyState& study, std::int64_t number)
{
    if (number >= std::int64_t(study.trials.size()))
        return study;
    StudyState past = study;
    past.trials.resize(std::size_t(std::max<std::int64_t>(0, number)));
    // One that waits has not been chosen by what was known at its time.
    const std::int64_t asked = study.trials[past.trials.size()].asked;
    const std::int64_t now = asked > 0 ? asked : study.order + 1;
    for (Trial& trial : past.trials) {
        if (trial.finished > 0 && trial.finished < now)
            continue;
        trial.state = TrialState::Running;
        trial.values.clear();
        trial.stop.reset();
        trial.finished = 0;
        std::erase_if(trial.reports, [&](const core::tune::Report& report) { return report.order >= now; });
    }
    return past;
}

Result<SurrogateScene> surrogateScene(const SurrogateQuestion& question)
{
    const StudyState& study = question.study;
    SurrogateScene scene;
    scene.x = question.x;
    scene.y = question.y;
    scene.number = std::min<std::int64_t>(question.number, std::int64_t(study.trials.size()));
    scene.past = studyBefore(study, scene.number);
    const auto history = scene.past.history();
    scene.learned = core::tune::learnedFrom(history);
    if (study.spec.objective.size() > 1)
        return Error{ErrorKind::Usage, "a model of one value cannot show several objectives", study.name,
                     "The Pareto front shows them"};
    if (scene.learned == 0)
        return Error{ErrorKind::Usage, "no trial had ended by then", study.name, "Move the slider to later trials"};
    CORE_TRY(sampler, core::tune::allSamplers().make(study.spec.strategy));
    auto model = sampler->surrogate(history);
    scene.own = model != nullptr;
    if (!model) {
        CORE_TRY(beside, core::tune::allSamplers().make({"Bayesian", core::base::Object{}}));
        model = beside->surrogate(history);
    }
    if (!model)
        return Error{ErrorKind::Usage, "nothing can be learned from these trials yet", study.name,
                     "Move the slider to later trials"};
    if (const core::base::Value* startup = study.spec.strategy.params.isObject()
                                               ? study.spec.strategy.params.object().find("startup_trials")
                                               : nullptr)
        scene.learning = scene.learned >= startup->toInt();
    scene.chosen = scene.number < std::int64_t(study.trials.size());
    if (scene.chosen)
        scene.next = study.trials[std::size_t(scene.number)].parameters;
    else if (const auto proposal = sampler->propose(history, scene.number, 0))
        scene.next = proposal->parameters;
    else if (const Trial* best = history.best())
        scene.next = best->parameters;
    else
        scene.next = scene.past.trials.front().parameters;
    std::vector<double> unit = study.space.filledUnitOf(scene.next);
    scene.columns = scene.y ? fieldCells : lineCells;
    scene.rows = scene.y ? fieldCells : 1;
    for (int row = 0; row < scene.rows; ++row)
        for (int column = 0; column < scene.columns; ++column) {
            unit[scene.x] = (column + 0.5) / scene.columns;
            if (scene.y)
                unit[*scene.y] = (row + 0.5) / scene.rows;
            const core::tune::Belief belief = model->at(study.space.pointAt(unit));
            scene.mean.push_back(belief.mean);
            scene.deviation.push_back(belief.deviation);
            scene.acquisition.push_back(belief.acquisition);
        }
    return scene;
}

StudyPlot::Spec beliefOf(const SurrogateScene& scene, const StudyState& study)
{
    StudyPlot::Spec spec;
    spec.name = told("Mean and uncertainty of the model");
    // Both stand over one axis: its names are below.
    spec.y = objectiveAxis(study);
    spec.picks = true;
    const ValueAxis values(study);
    StudyPlot::Curve curve;
    for (int i = 0; i < scene.columns; ++i) {
        const double x = (i + 0.5) / scene.columns, mean = scene.mean[std::size_t(i)],
                     around = bandWidth * scene.deviation[std::size_t(i)];
        curve.points << QPointF(x, values.place(mean));
        curve.lower << QPointF(x, std::clamp(values.place(mean - around), -0.1, 1.1));
        curve.upper << QPointF(x, std::clamp(values.place(mean + around), -0.1, 1.1));
    }
    spec.curves.push_back(std::move(curve));
    addTrials(spec, scene, study, false);
    if (const double at = unitIn(scene, study, scene.x); std::isfinite(at))
        spec.guides.push_back({at, std::nan(""), nextName(scene)});
    return spec;
}

StudyPlot::Spec acquisitionOf(const SurrogateScene& scene, const StudyState& study)
{
    StudyPlot::Spec spec;
    spec.name = told("Acquisition");
    spec.x.ticks = parameterAxis(study, scene.x).ticks;
    spec.y.title = told("Acquisition: worth a try");
    spec.picks = true;
    const plots::Range range = worthSeeing(scene);
    StudyPlot::Curve curve;
    curve.color = 1;
    for (int i = 0; i < scene.columns; ++i)
        curve.points << QPointF((i + 0.5) / scene.columns,
                                std::clamp((scene.acquisition[std::size_t(i)] - range.lo) / range.span(), 0.0, 1.0));
    spec.curves.push_back(std::move(curve));
    if (const double at = unitIn(scene, study, scene.x); std::isfinite(at))
        spec.guides.push_back({at});
    return spec;
}

StudyPlot::Spec fieldOf(const SurrogateScene& scene, const StudyState& study, SurrogateShown shown)
{
    StudyPlot::Spec spec;
    spec.name = told("Model over two parameters");
    spec.x = parameterAxis(study, scene.x);
    spec.y = parameterAxis(study, *scene.y);
    spec.picks = true;
    StudyPlot::Field& field = spec.field;
    field.columns = scene.columns;
    field.rows = scene.rows;
    const std::vector<double>& of = shown == SurrogateShown::Mean          ? scene.mean
                                    : shown == SurrogateShown::Uncertainty ? scene.deviation
                                                                           : scene.acquisition;
    const auto text = [&](double value) {
        return shown == SurrogateShown::Mean ? objectiveText(study.spec.objective.front().metric, value)
                                             : style::number(value, 3);
    };
    if (shown == SurrogateShown::Mean) {
        const ValueAxis values(study);
        field.name = told("mean");
        field.falling = !study.spec.objective.front().maximizes();
        for (const double value : of)
            field.values.push_back(float(std::clamp(values.place(value), 0.0, 1.0)));
        field.lowText = text(values.range.lo);
        field.highText = text(values.range.hi);
        field.told = [values, metric = study.spec.objective.front().metric](double place) {
            return objectiveText(metric, values.value(place));
        };
    } else {
        const auto [low, high] = std::ranges::minmax_element(of);
        const plots::Range range =
            shown == SurrogateShown::Acquisition ? worthSeeing(scene) : plots::Range{*low, *high};
        field.name = shown == SurrogateShown::Acquisition ? told("acquisition") : told("± 1 σ");
        for (const double value : of)
            field.values.push_back(float(std::clamp(value, range.lo, range.hi)));
        field.low = range.lo;
        field.high = range.hi;
        field.lowText = text(range.lo);
        field.highText = text(range.hi);
    }
    addTrials(spec, scene, study, true);
    const double x = unitIn(scene, study, scene.x), y = unitIn(scene, study, *scene.y);
    if (std::isfinite(x) && std::isfinite(y))
        spec.guides.push_back({x, y, nextName(scene)});
    return spec;
}

QString surrogateText(const SurrogateScene& scene, const StudyState& study)
{
    QString text;
    const QString strategy = QString::fromStdString(study.spec.strategy.kind);
    if (!scene.own)
        text = told("%1 keeps no model; this is what a Gaussian process makes of its trials.").arg(strategy);
    else if (scene.chosen && study.trials[std::size_t(scene.number)].source != "strategy")
        text = told("A person chose trial %1; the model would have gone where the acquisition is largest.")
                   .arg(scene.number);
    else if (!scene.learning)
        text =
            scene.chosen
                ? told("Trial %1 is one of the first, spread evenly; after them the acquisition decides.")
                      .arg(scene.number)
                : told("The next trial still is one of the first, spread evenly; after them the acquisition decides.");
    else
        text = scene.chosen ? told("Trial %1 was chosen where the acquisition is largest.").arg(scene.number)
                            : told("The next trial is chosen where the acquisition is largest.");
    const std::size_t shown = scene.y ? 2 : 1;
    if (study.space.size() > shown) {
        QStringList others;
        for (const auto& [path, value] : scene.next) {
            const auto& parameters = study.space.parameters();
            if (path != parameters[scene.x].path && (!scene.y || path != parameters[*scene.y].path))
                others << shortName(study.space, path) + QStringLiteral(" ") + valueText(value);
        }
        if (!others.isEmpty())
            text += QStringLiteral(" ") + told("Seen at its %1.").arg(others.join(QStringLiteral(", ")));
    }
    return text;
}

}
