// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/forgetting.h"

#include "core/session/inspect.h"
#include "ui/models/run_model.h"
#include "ui/style/theme.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui::models {

using core::base::Object;
using core::base::Value;

namespace {

// The last value that is not after the shown step.
double valueNow(const RunModel& run, const QString& name)
{
    const plots::SeriesBuffer* series = run.series(name);
    if (!series || series->empty())
        return std::numeric_limits<double>::quiet_NaN();
    const auto shown = run.shownStep();
    const std::size_t end = shown ? series->lowerBound(double(*shown) + 0.5) : series->size();
    return end == 0 ? std::numeric_limits<double>::quiet_NaN() : series->value(end - 1);
}

const core::base::Family* remedies()
{
    return core::session::catalog().find("remedies");
}

}

std::optional<Forgetting> forgettingOf(const RunModel& run)
{
    const plots::SeriesBuffer* forgotten = run.series(QStringLiteral("old/forgetting"));
    if (!forgotten || forgotten->empty())
        return {};
    const bool classes = run.series(QStringLiteral("old/accuracy")) != nullptr;
    Forgetting told{classes ? QStringLiteral("accuracy") : QStringLiteral("loss")};
    told.now = valueNow(run, "old/" + told.metric);
    told.forgotten = valueNow(run, QStringLiteral("old/forgetting"));
    told.atStart = classes ? told.now + told.forgotten : told.now - told.forgotten;
    told.fresh = valueNow(run, "validation/" + told.metric);
    if (!std::isfinite(told.now) || !std::isfinite(told.forgotten))
        return {};
    return told;
}

QString forgottenText(const Forgetting& forgetting)
{
    const bool classes = forgetting.metric == QLatin1String("accuracy");
    const double change = classes ? -100 * forgetting.forgotten : forgetting.forgotten;
    const QString number = classes ? QString::number(std::abs(change), 'f', 1) : style::number(std::abs(change), 3);
    const bool none = number.toDouble() == 0;
    const QString sign = none ? QString() : change < 0 ? QStringLiteral("−") : QStringLiteral("+");
    return classes ? QObject::tr("%1%2 points since the start").arg(sign, number)
                   : QObject::tr("%1%2 since the start").arg(sign, number);
}

QString remedyTitle(const Value& resolved)
{
    const Value& incremental = resolved["train"]["incremental"];
    if (!incremental.isObject() || !remedies())
        return {};
    const core::base::Entry* entry = remedies()->find(incremental["remedy"]["kind"].text());
    return entry ? QString::fromStdString(entry->title) : QString();
}

std::vector<Value> withEachRemedy(const Value& resolved)
{
    std::vector<Value> all;
    if (!resolved["train"]["incremental"].isObject() || !remedies())
        return all;
    std::vector<core::base::Entry> entries = remedies()->entries;
    std::ranges::stable_sort(entries, std::greater<>{}, [](const auto& entry) { return entry.kind == "none"; });
    const Value current = resolved["train"]["incremental"]["remedy"];
    for (const core::base::Entry& entry : entries) {
        Value one = resolved;
        (void)one.setAt("train.incremental.remedy",
                        current["kind"].text() == entry.kind ? current : Value(Object{{"kind", entry.kind}}));
        (void)one.setAt("name", entry.kind == "none" ? "no remedy" : entry.title);
        all.push_back(std::move(one));
    }
    return all;
}

}
