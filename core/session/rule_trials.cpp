// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rule_trials.h"

#include "core/session/rules.h"

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t mostKept = 64, manyThresholds = 41;

}

base::Result<std::shared_ptr<const Recorded>> RecordedRuns::read(const std::filesystem::path& run)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_all.find(run); found != m_all.end() && found->second->ended)
            return found->second;
    }
    CORE_TRY(record, store::readRun(run));
    auto made = std::make_shared<Recorded>();
    made->trace = traceOf(record);
    made->facts =
        factsOf(withRulesOf(record.spec, record.events), record.opened ? &*record.opened : nullptr, run.parent_path());
    made->ending = endingOf(record.state);
    made->ended = record.finished.has_value();
    for (const events::Event& event : record.events)
        if (std::holds_alternative<events::Edited>(event))
            made->edits.push_back(event);
    const std::lock_guard lock(m_mutex);
    if (m_all.size() >= mostKept)
        m_all.erase(m_all.begin());
    m_all[run] = made;
    return std::shared_ptr<const Recorded>(made);
}

void RecordedRuns::forget()
{
    const std::lock_guard lock(m_mutex);
    m_all.clear();
}

base::Result<RuleTrials> tryRule(const spec::RuleSpec& rule, const std::filesystem::path& runs, RecordedRuns& recorded,
                                 bool sweep, const Going& going)
{
    RuleTrials trials;
    CORE_TRY(made, debug::allRules().make({rule.rule, rule.params}));
    trials.compared = made->compared();
    const base::Entry* entry = debug::allRules().family().find(rule.rule);
    const std::string& parameter = trials.compared.threshold;
    if (const base::Field* field = entry && !parameter.empty() ? entry->schema.find(parameter) : nullptr) {
        const base::Value* given = rule.params.object().find(parameter);
        trials.threshold = (given ? *given : field->fallback).toReal();
    }
    const std::vector<store::RunSummary> all = store::listRuns(runs);
    const std::int64_t parts = std::int64_t(all.size() + (sweep ? manyThresholds : 0));
    std::int64_t done = 0;
    const auto goesOn = [&] { return !going || going(done++, parts); };
    const Error gaveUp{ErrorKind::Interrupted, "given up", {}, {}};
    std::vector<std::shared_ptr<const Recorded>> kept;
    std::vector<debug::BenchCase> cases;
    for (const store::RunSummary& run : all) {
        if (!goesOn())
            return gaveUp;
        if (!run.problem.empty())
            continue;
        const auto read = recorded.read(run.folder);
        const auto mark = store::readMark(run.folder);
        if (!read)
            continue;
        const Recorded& one = **read;
        const auto told = debug::run({rule}, one.trace, one.facts, one.ending).findings;
        const std::optional<bool> sick = mark ? mark->sickOf(rule.rule) : std::nullopt;
        trials.runs.push_back(
            {run.id, run.folder, sick, std::int64_t(told.size()), told.empty() ? -1 : told.front().step});
        if (!sick)
            continue;
        ++(*sick ? trials.sick : trials.healthy);
        trials.now.falseAlarms += !told.empty() && !*sick;
        trials.now.misses += told.empty() && *sick;
        kept.push_back(*read);
        cases.push_back({&one.trace, &one.facts, one.ending, *sick});
    }
    trials.now.threshold = trials.threshold;
    if (!sweep || cases.empty())
        return trials;
    for (const double threshold : debug::thresholdsOf(rule, cases, manyThresholds)) {
        if (!goesOn())
            return gaveUp;
        trials.points.push_back(debug::benchAt(rule, parameter, threshold, cases));
    }
    trials.best = debug::bestThreshold(trials.points, trials.compared.log);
    return trials;
}

}
