// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/rule_rows.h"

#include "core/spec/experiment.h"
#include "ui/models/run_model.h"
#include "ui/style/theme.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <limits>

namespace ui::models {

using core::events::Finding;

namespace {

constexpr qsizetype mostPlaces = 3;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(RuleRows)
};

}

QString RuleRow::count() const
{
    if (steps.size() == 1)
        return Words::tr("once");
    if (fired())
        return Words::tr("%1 times").arg(style::count(qint64(steps.size())));
    if (state == QLatin1String("Error"))
        return Words::tr("error");
    return state == QLatin1String("NotApplicable") ? Words::tr("does not apply") : Words::tr("quiet");
}

QString RuleRow::where() const
{
    std::vector<std::pair<std::string, std::int64_t>> first;
    for (const Finding& finding : findings)
        if (std::ranges::find(first, finding.tensor, &std::pair<std::string, std::int64_t>::first) == first.end())
            first.emplace_back(finding.tensor, finding.step);
    QStringList places;
    for (const auto& [tensor, step] : first)
        places << (tensor.empty()
                       ? Words::tr("since step %1").arg(style::count(step))
                       : Words::tr("%1 since step %2").arg(QString::fromStdString(tensor), style::count(step)));
    const qsizetype more = places.size() - mostPlaces;
    QString text = places.mid(0, mostPlaces).join(QStringLiteral(", "));
    return more > 0 ? text + Words::tr(" and %1 more").arg(more) : text;
}

std::vector<RuleRow> ruleRows(const RunModel& run)
{
    const std::vector<core::spec::RuleSpec> rules =
        core::spec::read(run.settingsAt(std::numeric_limits<qint64>::max())).rules;
    const std::vector<std::string> names = core::spec::ruleNames(rules);
    std::vector<RuleRow> rows;
    for (std::size_t i = 0; i < rules.size(); ++i)
        rows.push_back({QString::fromStdString(names[i]), rules[i].rule, i, rules[i], {}, {}, {}, {}});
    const auto rowOf = [&](const std::string& name) {
        return std::ranges::find(rows, QString::fromStdString(name), &RuleRow::name);
    };
    for (const Finding& finding : run.findings())
        if (const auto row = rowOf(finding.rule); row != rows.end()) {
            // A rule that was edited has told of earlier steps later.
            const auto place =
                std::ranges::upper_bound(row->findings, finding.step, {}, [](const Finding& one) { return one.step; });
            row->findings.insert(place, finding);
        }
    for (RuleRow& row : rows)
        for (const Finding& finding : row.findings)
            if (row.steps.empty() || row.steps.back() != double(finding.step))
                row.steps.push_back(double(finding.step));
    for (const core::events::RuleStateChanged& changed : run.ruleStates())
        if (const auto row = rowOf(changed.rule); row != rows.end()) {
            row->state = QString::fromStdString(changed.state);
            row->details = QString::fromStdString(changed.details);
        }
    std::ranges::stable_sort(
        rows, {}, [](const RuleRow& row) { return std::pair(!row.fired(), row.fired() ? row.steps.front() : 0); });
    return rows;
}

QString rulesText(const std::vector<RuleRow>& rows)
{
    const auto fired = std::ranges::count_if(rows, &RuleRow::fired);
    return (rows.size() == 1 ? Words::tr("1 rule watches this run")
                             : Words::tr("%1 rules watch this run").arg(rows.size())) +
           Words::tr(" · %1 fired").arg(fired);
}

}
