// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_figures.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "ui/models/fold_curves.h"
#include "ui/models/run_model.h"
#include "ui/style/theme.h"

#include <QFileInfo>

#include <cmath>
#include <limits>

namespace ui::models {

using core::base::Value;
using plots::SeriesBuffer;

namespace {

/// The mean of the finite values of steps [from, to).
double meanOver(const SeriesBuffer& series, double from, double to)
{
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = series.lowerBound(from); i < series.size() && series.step(i) < to; ++i)
        if (std::isfinite(series.value(i))) {
            sum += series.value(i);
            ++count;
        }
    return count ? sum / double(count) : std::numeric_limits<double>::quiet_NaN();
}

bool endsInNothing(const RunModel& run)
{
    for (const char* name : {"train/loss", "train/grad_norm", "validation/loss"})
        if (const SeriesBuffer* series = run.series(QLatin1String(name));
            series && !std::isfinite(series->value(series->size() - 1)))
            return true;
    return false;
}

void takeEvaluations(const RunModel& run, RunFigures& figures)
{
    const SeriesBuffer* validation = run.series("validation/loss");
    const SeriesBuffer* fair = run.series("train_eval/loss");
    const SeriesBuffer* steps = run.series("train/loss");
    const SeriesBuffer* clock = validation ? validation : fair;
    if (!clock)
        return;
    double before = 0;
    for (std::size_t i = 0; i < clock->size(); ++i) {
        const double step = clock->step(i);
        double training = std::numeric_limits<double>::quiet_NaN();
        if (fair && i < fair->size())
            training = fair->value(i);
        else if (steps)
            training = meanOver(*steps, before, step);
        before = step;
        if (!std::isfinite(training) || (validation && !std::isfinite(validation->value(i))))
            continue;
        figures.epochs.push_back(run.epochOf(step));
        figures.training.push_back(training);
        if (validation)
            figures.validation.push_back(validation->value(i));
    }
}

QString kindOf(const Value& value)
{
    return QString::fromStdString(value.isText() ? value.text() : value["kind"].text());
}

}

RunFigures figuresOf(const RunModel& run)
{
    RunFigures figures;
    figures.state = run.state();
    takeEvaluations(run, figures);
    const Value& train = run.spec()["train"];
    figures.epochsPlanned = train["steps"].isInt() && run.opened().stepsPerEpoch > 0
                                ? (train["steps"].toInt() + run.opened().stepsPerEpoch - 1) / run.opened().stepsPerEpoch
                                : train["epochs"].toInt();
    figures.step = run.step();
    figures.stepsPlanned = run.opened().totalSteps;
    const Value& stopping = train["early_stopping"];
    if (stopping.isObject()) {
        figures.patience = stopping["patience"].toInt();
        figures.restored = stopping["restore_best"].toBool(true);
    }
    if (const auto patience = run.patience())
        figures.waited = patience->waited;
    figures.lr = train["optimizer"]["lr"].toReal();
    if (const Value* eta = core::session::learnsInRounds(run.spec()) ? run.spec().at("model.eta") : nullptr) {
        figures.lr = eta->toReal();
        figures.lrPath = "model.eta";
        figures.lrMost = 1;
    }
    figures.nonFinite = endsInNothing(run);
    if (run.finished())
        figures.error = run.finished()->error;
    return figures;
}

RunFigures figuresOf(const FoldCurves& folds, const RunModel& one)
{
    RunFigures figures = figuresOf(one);
    figures.state = core::events::RunState::Completed;
    figures.epochs.clear();
    figures.training.clear();
    figures.validation.clear();
    const FoldCurves::Band* validation = folds.band(QStringLiteral("validation/loss"));
    const FoldCurves::Band* training = folds.band(QStringLiteral("train_eval/loss"));
    if (!validation || !training)
        return figures;
    const SeriesBuffer &mean = validation->mean, &fair = training->mean;
    for (std::size_t i = 0; i < std::min(mean.size(), fair.size()); ++i) {
        figures.epochs.push_back(folds.epochs().epochOf(mean.step(i)));
        figures.training.push_back(fair.value(i));
        figures.validation.push_back(mean.value(i));
    }
    return figures;
}

QString shownMetric(const RunModel& run)
{
    QString first;
    for (const QString& name : run.seriesNames()) {
        const QString metric = name.section('/', 1);
        if (metric.contains('/')) // of one class
            continue;
        if (metric == "accuracy")
            return metric;
        if (first.isEmpty() && (name.startsWith("validation/") || name.startsWith("train_eval/")) && metric != "loss")
            first = metric;
    }
    return first;
}

double lastValue(const RunModel& run, const QString& name)
{
    if (const SeriesBuffer* series = run.series(name))
        for (std::size_t i = series->size(); i-- > 0;)
            if (std::isfinite(series->value(i)))
                return series->value(i);
    return std::numeric_limits<double>::quiet_NaN();
}

QString readable(const Value& value)
{
    if (value.isNull())
        return QStringLiteral("off");
    if (value.isBool())
        return value.toBool() ? QStringLiteral("on") : QStringLiteral("off");
    if (value.isInt())
        return style::count(value.toInt());
    if (value.isReal())
        return QString::number(value.toReal(), 'g', 6);
    if (value.isText())
        return value.text().empty() ? QStringLiteral("none") : QString::fromStdString(value.text());
    if (value.isObject() && value["kind"].isText())
        return kindOf(value);
    if (value.isArray()) {
        QStringList parts;
        for (const Value& item : value.array())
            parts << readable(item);
        return parts.isEmpty() ? QStringLiteral("none") : parts.join(", ");
    }
    return QString::fromStdString(core::base::writeJson(value));
}

Facts factsOf(const Value& resolved)
{
    Facts facts;
    const Value& data = resolved["data"];
    facts.data = kindOf(data["source"]);
    if (const std::string& path = data["source"]["path"].text(); !path.empty())
        facts.data = QFileInfo(QString::fromStdString(path)).fileName();
    if (data["rows"].isInt())
        facts.data += QStringLiteral(", %1 rows").arg(style::count(data["rows"].toInt()));
    facts.model = kindOf(resolved["model"]);
    if (const Value& hidden = resolved["model"]["hidden"]; hidden.isArray() && !hidden.array().empty())
        facts.model += ' ' + readable(hidden);
    const Value& train = resolved["train"];
    facts.training = train["steps"].isInt() ? QStringLiteral("%1 steps").arg(style::count(train["steps"].toInt()))
                                            : QStringLiteral("%1 epochs").arg(style::count(train["epochs"].toInt()));
    if (!core::session::learnsInRounds(resolved))
        facts.training += ", " + kindOf(train["optimizer"]);
    return facts;
}

QString lossName(const Value& resolved, bool classification)
{
    const QString kind = kindOf(resolved["train"]["loss"]);
    if (kind.isEmpty())
        return classification ? QStringLiteral("cross-entropy") : QStringLiteral("mean squared error");
    if (kind == "mse")
        return QStringLiteral("mean squared error");
    return QString(kind).replace('_', '-');
}

}
