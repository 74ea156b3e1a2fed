// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/figure.h"
#include "core/report/sections.h"

#include <algorithm>

namespace core::report {

namespace findings_section {

void addFixes(const Watched& rule, Section& section)
{
    if (rule.fixes.empty())
        return;
    Table table{{{"what may help"}, {"exactly this"}, {"tried"}}};
    for (const debug::Offer& fix : rule.fixes) {
        std::string came = "not tried";
        Tone tone = Tone::Muted;
        for (const Tried& tried : rule.tried)
            if (tried.label == fix.label) {
                came = (came == "not tried" ? "" : came + " ") + tried.run + ": " +
                       (tried.verdict.empty() ? "no common step to compare yet" : tried.verdict);
                tone = tried.better > 0 ? Tone::Good : tried.better < 0 ? Tone::Problem : Tone::Body;
            }
        table.rows.push_back({{fix.label + ". " + fix.why}, {changesText(fix.changes), true}, {came, false, tone}});
    }
    section.blocks.push_back(std::move(table));
}

void addCauses(const Watched& rule, Section& section)
{
    if (rule.causes.empty())
        return;
    Table table{{{"likely causes"}, {"what was seen of them"}}};
    for (const debug::RankedCause& cause : rule.causes)
        table.rows.push_back({{cause.cause},
                              {cause.seen.empty() ? "nothing for or against it" : cause.seen, false,
                               cause.seen.empty() ? Tone::Muted : Tone::Body}});
    section.blocks.push_back(std::move(table));
}

void addCard(const Watched& rule, Section& section)
{
    const events::Finding& found = *rule.first;
    section.blocks.push_back(Heading{rule.name + ", step " + countOf(found.step), Tone::Problem});
    section.blocks.push_back(Paragraph{found.message});
    std::string times = "It fired at " + countOf(rule.fired, "step", "steps");
    if (rule.fired > 1)
        times += ", the last one " + countOf(rule.last);
    if (found.since >= 0 && found.since < found.step)
        times += "; it shows since step " + countOf(found.since);
    if (!found.tensor.empty())
        times += "; seen in " + found.tensor;
    section.blocks.push_back(Paragraph{times + "." + (rule.ours ? " A rule of this program." : ""), Tone::Muted});
    if (!rule.why.empty())
        section.blocks.push_back(Paragraph{"Why it matters: " + rule.why});
    addCauses(rule, section);
    addFixes(rule, section);
}

}

Section findingsOf(const RunReport& report)
{
    Section section{"findings", "Findings"};
    if (report.rules.empty()) {
        section.blocks.push_back(Paragraph{"No rule watched this run."});
        return section;
    }
    std::vector<const Watched*> fired;
    for (const Watched& rule : report.rules)
        if (rule.first)
            fired.push_back(&rule);
    std::ranges::stable_sort(fired, {}, [](const Watched* rule) { return rule->first->step; });
    if (fired.empty())
        section.blocks.push_back(
            Paragraph{"None of the " + countOf(std::int64_t(report.rules.size())) + " rules that watched it fired."});
    for (const Watched* rule : fired)
        findings_section::addCard(*rule, section);
    Table table{{{"rule"}, {"state"}, {"fired", true}, {"parameters"}}};
    for (const Watched& rule : report.rules)
        table.rows.push_back(
            {{rule.name},
             {rule.state + (rule.first || rule.details.empty() ? "" : ": " + rule.details), false,
              rule.first ? Tone::Problem : Tone::Body},
             {countOf(rule.fired)},
             {rule.parameters.isObject() && !rule.parameters.object().empty() ? textOf(rule.parameters, 160)
                                                                              : std::string(),
              true}});
    table.fold = "All " + countOf(std::int64_t(report.rules.size())) + " rules";
    section.blocks.push_back(std::move(table));
    return section;
}

}
