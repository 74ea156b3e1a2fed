// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study_groups.h"

#include "core/base/json.h"
#include "core/tune/analysis.h"
#include "ui/models/study_axes.h"
#include "ui/models/trials_table.h"

#include <QCoreApplication>

#include <algorithm>

namespace ui::models {

using core::tune::StudyState;

namespace {

QString spoken(const char* text)
{
    return QCoreApplication::translate("ui::models::StudyGroups", text);
}

}

bool comparable(const StudyState& a, const StudyState& b)
{
    return a.spec.objective == b.spec.objective && a.space == b.space;
}

std::vector<StudyGroup> groupStudies(const std::vector<const StudyState*>& studies)
{
    std::vector<StudyGroup> groups;
    std::vector<core::base::Pick> picks;
    for (const StudyState* study : studies) {
        if (study->count(core::tune::TrialState::Completed) == 0)
            continue;
        const auto same = std::ranges::find(picks, study->spec.strategy);
        if (same == picks.end()) {
            picks.push_back(study->spec.strategy);
            groups.push_back({QString::fromStdString(study->spec.strategy.kind), {study}, {}, {}});
        } else {
            groups[std::size_t(same - picks.begin())].studies.push_back(study);
        }
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto alike = std::ranges::count(picks, picks[i].kind, &core::base::Pick::kind);
        if (alike > 1)
            groups[i].name += QStringLiteral(" ") + QString::fromStdString(core::base::writeJson(picks[i].params));
        std::vector<std::vector<core::tune::HistoryPoint>> histories;
        for (const StudyState* study : groups[i].studies)
            histories.push_back(core::tune::optimizationHistory(study->history()));
        auto compared = core::tune::compareHistories(histories);
        groups[i].mean = std::move(compared.mean);
        groups[i].spread = std::move(compared.spread);
    }
    return groups;
}

plots::StudyPlot::Spec comparisonOf(const std::vector<StudyGroup>& groups)
{
    plots::StudyPlot::Spec spec;
    spec.name = spoken("Studies side by side");
    spec.empty = spoken("Here will be the best value so far of each strategy. Tick studies at the left, or let "
                        "strategies be compared on the same budget.");
    std::vector<double> all;
    std::size_t longest = 0;
    for (const StudyGroup& group : groups) {
        longest = std::max(longest, group.mean.size());
        for (std::size_t i = 0; i < group.mean.size(); ++i)
            for (const double value : {group.mean[i] - group.spread[i], group.mean[i], group.mean[i] + group.spread[i]})
                if (std::isfinite(value))
                    all.push_back(value);
    }
    if (all.empty())
        return spec;
    const StudyState& first = *groups.front().studies.front();
    const ValueAxis values(all, formatOf(first));
    spec.y = {spoken("Best so far: %1").arg(metricTitle(first.spec.objective.front().metric).toLower()),
              values.ticks()};
    spec.x.title = spoken("completed trials");
    const double last = double(std::max<std::size_t>(2, longest) - 1);
    for (const plots::Tick& tick : plots::linearTicks(1, last + 1, 6, plots::ValueFormat::Number, true))
        spec.x.ticks.push_back({(tick.value - 1) / last, tick.label});
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const StudyGroup& group = groups[g];
        plots::StudyPlot::Curve curve;
        curve.color = int(g);
        curve.stairs = true;
        curve.name =
            group.studies.size() > 1 ? spoken("%1 × %2").arg(group.name).arg(group.studies.size()) : group.name;
        for (std::size_t i = 0; i < group.mean.size(); ++i) {
            const double x = double(i) / last, mean = group.mean[i], spread = group.spread[i];
            curve.points << QPointF(x, values.place(mean));
            if (group.studies.size() > 1) {
                curve.lower << QPointF(x, values.place(mean - spread));
                curve.upper << QPointF(x, values.place(mean + spread));
            }
        }
        spec.curves.push_back(std::move(curve));
    }
    return spec;
}

QString comparisonText(const std::vector<StudyGroup>& groups)
{
    std::size_t shortest = groups.empty() ? 0 : groups.front().mean.size();
    for (const StudyGroup& group : groups)
        shortest = std::min(shortest, group.mean.size());
    if (shortest == 0 || groups.size() < 2)
        return {};
    const auto& objective = groups.front().studies.front()->spec.objective.front();
    std::vector<const StudyGroup*> order;
    for (const StudyGroup& group : groups)
        order.push_back(&group);
    std::ranges::stable_sort(order, {}, [&](const StudyGroup* group) {
        return objective.maximizes() ? -group->mean[shortest - 1] : group->mean[shortest - 1];
    });
    QStringList parts;
    for (const StudyGroup* group : order) {
        QString part = group->name + QStringLiteral(" ") + objectiveText(objective.metric, group->mean[shortest - 1]);
        if (group->studies.size() > 1)
            part += spoken(" ± %1 (%2 seeds)")
                        .arg(objectiveText(objective.metric, group->spread[shortest - 1]))
                        .arg(group->studies.size());
        parts << part;
    }
    return spoken("After %1 trials: %2").arg(shortest).arg(parts.join(QStringLiteral(" · ")));
}

}
