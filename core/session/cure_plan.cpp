// SPDX-License-Identifier: GPL-3.0-or-later
// Which fix is tried against a finding, and from which step.
#include "core/session/cure.h"
#include "core/session/rules.h"

#include <algorithm>

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace cure_plan {

template <class All, class Name>
std::string listed(const All& all, Name name)
{
    std::string text;
    for (const auto& each : all)
        if (const std::string& word = name(each); (", " + text + ", ").find(", " + word + ", ") == text.npos)
            text += (text.empty() ? "" : ", ") + word;
    return text;
}

}

std::int64_t stepOf(const debug::Offer& fix, const events::Finding& finding, const store::RunRecord& run)
{
    switch (fix.from) {
    case debug::Fix::From::Start:
        return 0;
    case debug::Fix::From::Best: {
        std::int64_t best = 0;
        for (const events::Event& event : run.events)
            if (const auto* changed = std::get_if<events::BestChanged>(&event))
                best = changed->step;
        return keyframeBefore(run.folder, best);
    }
    case debug::Fix::From::End:
        return run.finished ? run.finished->steps : keyframeBefore(run.folder, finding.step);
    case debug::Fix::From::Before:
        break;
    }
    return keyframeBefore(run.folder, finding.since >= 0 ? finding.since : finding.step);
}

base::Result<CurePlan> planCure(const std::filesystem::path& run, const std::string& wanted)
{
    const auto dot = wanted.find('.');
    const std::string name = wanted.substr(0, dot), key = dot == wanted.npos ? "" : wanted.substr(dot + 1);
    CORE_TRY(record, store::readRun(run));
    const RuleReport report = checkRun(record, rulesOf(record), run.parent_path());
    const auto& findings = report.found.findings;
    const auto first = std::ranges::find(findings, name, &events::Finding::rule);
    if (first == findings.end()) {
        const std::string fired = cure_plan::listed(findings, [](const auto& finding) { return finding.rule; });
        return Error{ErrorKind::Usage, name + " has found nothing in " + record.id, run.string(),
                     fired.empty() ? "No rule of this run has fired" : "What has fired: " + fired};
    }
    std::string kind;
    for (std::size_t i = 0; i < report.rules.size(); ++i)
        if (report.found.states[i].rule == name)
            kind = report.rules[i].rule;
    const std::vector<debug::Offer> offers = offersFor(kind, settingsAt(record.spec, record.events, first->step));
    const auto offer = key.empty() ? offers.begin() : std::ranges::find(offers, key, &debug::Offer::key);
    if (offer == offers.end()) {
        const std::string all = cure_plan::listed(offers, [](const auto& each) { return each.key; });
        return Error{ErrorKind::Usage,
                     key.empty() ? "no fix for " + name + " applies to this experiment"
                                 : "\"" + key + "\" is no fix for " + name + " here",
                     run.string(), all.empty() ? "Change a setting with --set" : "There are " + all};
    }
    return CurePlan{*first, *offer, stepOf(*offer, *first, record)};
}

}
