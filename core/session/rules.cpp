// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rules.h"

#include "core/session/inspect.h"
#include "core/session/raw_signals.h"
#include "core/spec/experiment.h"
#include "core/store/raw_tensors.h"
#include "core/store/run_folder.h"
#include "core/train/watch_plan.h"

#include <algorithm>
#include <map>

namespace core::session {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Value;
using debug::Mode;

namespace {

bool atEvaluation(const std::string& name)
{
    for (const char* beginning : {"validation/", "train_eval/", "old/", "val/", "val_", "eval/", "eval_", "test/"})
        if (name.starts_with(beginning))
            return true;
    return false;
}

// One column of a run: of a scalar or of a tensor's statistics.
struct Column {
    const std::vector<std::int64_t>* steps;
    const std::vector<double>* values;
    debug::SignalId id;
    bool tensor;
    bool counts;
    std::size_t next = 0;
};

struct Side {
    std::vector<Column> columns;
    std::vector<std::int64_t> steps;
    std::size_t next = 0;
    const store::Series* clock = nullptr; ///< whose times are the frames'
    std::size_t clockNext = 0;

    // The steps of all columns, each once. Columns that were saved together have equal steps.
    void settle(std::int64_t before)
    {
        const std::vector<std::int64_t>* last = nullptr;
        for (const Column& column : columns) {
            if (last && (last == column.steps || *last == *column.steps))
                continue;
            last = column.steps;
            steps.insert(steps.end(), column.steps->begin(), column.steps->end());
        }
        std::ranges::sort(steps);
        steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
        steps.erase(std::ranges::lower_bound(steps, before), steps.end());
    }

    double timeOf(std::int64_t step, double last)
    {
        while (clock && clockNext < clock->steps.size() && clock->steps[clockNext] < step)
            ++clockNext;
        const bool has = clock && clockNext < clock->steps.size() && clock->steps[clockNext] == step;
        return has ? clock->times[clockNext] : last;
    }

    void frame(debug::Trace& trace, Mode mode, bool ordinal, double& time)
    {
        const std::int64_t step = steps[next];
        time = timeOf(step, time);
        trace.begin(step, ordinal ? std::int64_t(next) : step, mode, time);
        for (Column& column : columns) {
            while (column.next < column.steps->size() && (*column.steps)[column.next] < step)
                ++column.next;
            for (; column.next < column.steps->size() && (*column.steps)[column.next] == step; ++column.next) {
                const double value = (*column.values)[column.next];
                if (!column.tensor || !(std::isnan(value) || (column.counts && value < 0)))
                    trace.add(column.id, value);
            }
        }
        ++next;
    }
};

// Times at which a run went on again after a pause or a restart, by step.
std::vector<std::pair<std::int64_t, double>> wakings(const store::RunRecord& record)
{
    std::vector<std::pair<std::int64_t, double>> all;
    for (std::size_t i = 0; i < record.events.size(); ++i)
        if (const auto* changed = std::get_if<events::StateChanged>(&record.events[i]);
            changed && changed->state == events::RunState::Running)
            all.emplace_back(changed->step, record.eventTimes[i]);
    return all;
}

// How long steps waited for data, block by block, as a series.
store::Series waits(const store::RunRecord& record)
{
    store::Series series;
    for (const events::Event& event : record.events)
        if (const auto* times = std::get_if<events::StepTimes>(&event); times && times->count > 0) {
            series.steps.push_back(times->step + times->count - 1);
            series.values.push_back(dataWaitOf(*times));
            series.times.push_back(times->time);
        }
    return series;
}

// In the network's order, weights first, so that the first of two that are wrong is the cause.
std::vector<std::string> tensorsInOrder(const store::RunRecord& record)
{
    std::vector<std::string> names;
    for (const auto& [name, series] : record.tensors)
        names.push_back(name);
    if (!record.opened)
        return names;
    std::map<std::string, std::size_t> places;
    for (const std::string& name : record.opened->tensors)
        places.emplace(name, places.size());
    for (const std::string& layer : record.opened->layers)
        places.emplace(layer.substr(0, layer.find(' ')), places.size());
    const auto place = [&](const std::string& name) {
        const auto slash = name.find('/');
        const auto found = places.find(slash == name.npos ? name : name.substr(slash + 1));
        return found == places.end() ? places.size() : found->second;
    };
    std::ranges::stable_sort(names, {}, place);
    return names;
}

void addColumns(const store::RunRecord& record, debug::Trace& trace, Side& training, Side& evaluations)
{
    for (const auto& [name, series] : record.scalars) {
        Side& side = atEvaluation(name) ? evaluations : training;
        side.columns.push_back({&series.steps, &series.values, trace.known.add(name, "value"), false, false});
        if (!side.clock || series.steps.size() > side.clock->steps.size())
            side.clock = &series;
    }
    for (const std::string& name : tensorsInOrder(record)) {
        const store::TensorSeries& series = record.tensors.at(name);
        Side& side = name.starts_with(spec::atEvaluation) ? evaluations : training;
        for (const auto& [statistic, values] : series.columns)
            side.columns.push_back({&series.steps, &values, trace.known.add(name, statistic), true,
                                    store::keptAs(statistic) == store::Kept::Count});
    }
}

}

double dataWaitOf(const events::StepTimes& times)
{
    double all = 0;
    for (const double seconds : times.phases)
        all += seconds;
    return all > 0 ? times.phases[0] / all : 0;
}

debug::Trace traceOf(const store::RunRecord& record, std::int64_t before, bool judged)
{
    debug::Trace trace;
    if (record.opened)
        trace.known.know(spec::layerTypes(record.opened->layers));
    Side training, evaluations;
    addColumns(record, trace, training, evaluations);
    const store::Series waited = waits(record);
    Side profile;
    if (!waited.steps.empty())
        profile.columns.push_back(
            {&waited.steps, &waited.values, trace.known.add("profile/data_wait", "value"), false, false});
    training.settle(before);
    evaluations.settle(judged ? before + 1 : before);
    profile.settle(before);
    const bool native = record.opened && record.opened->totalSteps > 0;
    const auto woken = wakings(record);
    std::size_t wake = 0;
    double trained = 0, evaluated = 0;
    while (training.next < training.steps.size() || evaluations.next < evaluations.steps.size()) {
        const bool more = evaluations.next < evaluations.steps.size();
        const bool judge = more && (training.next == training.steps.size() ||
                                    evaluations.steps[evaluations.next] <= training.steps[training.next]);
        const std::int64_t step = judge ? evaluations.steps[evaluations.next] : training.steps[training.next];
        for (; wake < woken.size() && woken[wake].first <= step && woken[wake].first < before; ++wake)
            trace.begin(woken[wake].first, woken[wake].first, Mode::Global, woken[wake].second, true);
        if (judge)
            evaluations.frame(trace, Mode::Eval, native, evaluated = std::max(evaluated, trained));
        else
            training.frame(trace, Mode::Train, false, trained = std::max(evaluated, trained));
        while (profile.next < profile.steps.size() && !judge && profile.steps[profile.next] <= step)
            profile.frame(trace, Mode::Global, false, trained);
    }
    return trace;
}

debug::RunFacts factsOf(const Value& resolved, const events::RunOpened* opened, const std::filesystem::path& runs)
{
    debug::RunFacts facts;
    // Of a run that was imported nothing is known but what it saved.
    if (opened && opened->totalSteps > 0) {
        facts.spec = resolved;
        facts.rounds = learnsInRounds(resolved);
        facts.stepsPerEpoch = opened->stepsPerEpoch;
        facts.totalSteps = opened->totalSteps;
        facts.trainRows = opened->trainRows;
        facts.parameters = opened->parameters;
        facts.classes = opened->classes;
        facts.layers = spec::layerTypes(opened->layers);
        facts.evaluates = opened->validationRows > 0;
    }
    facts.open = [runs](const std::string& run) -> base::Result<std::shared_ptr<const debug::Trace>> {
        CORE_TRY(folder, store::findRun(run, runs));
        CORE_TRY(other, store::readRun(folder));
        return std::make_shared<const debug::Trace>(traceOf(other));
    };
    return facts;
}

debug::Ending endingOf(events::RunState state)
{
    switch (state) {
    case events::RunState::Completed:
    case events::RunState::EarlyStopped:
    case events::RunState::Failed:
        return debug::Ending::Done;
    case events::RunState::Stopped:
        return debug::Ending::Stopped;
    default:
        return debug::Ending::Open;
    }
}

bool editsRules(const events::Edited& edit)
{
    return edit.path == "rules" || edit.path.starts_with("rules.");
}

Value withRulesOf(Value resolved, const std::vector<events::Event>& events, std::int64_t before)
{
    for (const events::Event& event : events)
        if (const auto* edit = std::get_if<events::Edited>(&event); edit && edit->step < before && editsRules(*edit))
            (void)resolved.setAt(edit->path, edit->after);
    return resolved;
}

Value settingsAt(Value resolved, const std::vector<events::Event>& events, std::int64_t step)
{
    for (const events::Event& event : events)
        if (const auto* edit = std::get_if<events::Edited>(&event); edit && edit->step <= step)
            (void)resolved.setAt(edit->path, edit->after);
    return resolved;
}

std::vector<spec::RuleSpec> rulesOf(const store::RunRecord& record)
{
    return spec::read(withRulesOf(record.spec, record.events)).rules;
}

base::Result<std::vector<spec::RuleSpec>> readRules(const Value& given, const std::string& where)
{
    const Value& list = given.isObject() && given.object().find("rules") ? given["rules"] : given;
    if (!list.isArray())
        return Error{ErrorKind::Spec, "is " + std::string(list.typeName()) + ", not a list of rules", where,
                     "Such as [{\"rule\": \"VanishingGradient\"}], alone or under \"rules\""};
    base::Schema schema;
    schema.fields.push_back(*spec::experimentFields().schema().find("rules"));
    const Value plain = spec::plainRules(list, catalog());
    spec::Checked checked = spec::check(schema, Object{{"rules", plain}}, "", {catalog()});
    spec::Experiment experiment;
    if (checked.problems.empty()) {
        experiment = spec::experimentFields().read(checked.value);
        spec::checkRules(experiment.rules, checked.problems);
    }
    if (checked.problems.empty())
        return experiment.rules;
    Error problem = checked.problems.front();
    problem.where = where + " " + problem.where;
    return problem;
}

RuleReport checkRun(const store::RunRecord& record, const std::vector<spec::RuleSpec>& rules,
                    const std::filesystem::path& runs)
{
    const debug::RunFacts facts = factsOf(record.spec, record.opened ? &*record.opened : nullptr, runs);
    const auto report = [&](const debug::Trace& trace) {
        RuleReport made{rules, debug::run(rules, trace, facts, endingOf(record.state)), {}};
        made.causes = debug::causesOf(rules, trace, facts, made.found.findings);
        return made;
    };
    // Of tensors that were kept any statistic can be had.
    if (std::filesystem::exists(store::rawFile(record.folder))) {
        store::RunRecord more = record;
        if (addRawStatistics(more, train::capturesForRules(rules)))
            return report(traceOf(more));
    }
    return report(traceOf(record));
}

Value toList(const std::vector<events::Finding>& findings, const std::vector<spec::RuleSpec>& rules,
             const Value& resolved, const std::vector<events::Event>& events,
             const std::map<std::string, std::vector<debug::RankedCause>>& causes)
{
    const std::vector<std::string> names = spec::ruleNames(rules);
    std::map<std::string, std::pair<Array, Array>> known; // fixes and causes, of those that fired
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto first = std::ranges::find(findings, names[i], &events::Finding::rule);
        if (first == findings.end())
            continue;
        auto& [fixes, ranked] = known[names[i]];
        for (const debug::Offer& offer : offersFor(rules[i].rule, settingsAt(resolved, events, first->step)))
            fixes.push_back(debug::toValue(offer));
        if (const auto found = causes.find(names[i]); found != causes.end())
            for (const debug::RankedCause& cause : found->second)
                ranked.push_back(Object{{"cause", cause.cause}, {"seen", cause.seen}, {"score", cause.score}});
    }
    Array all;
    for (const events::Finding& finding : findings) {
        Object told{{"rule", finding.rule},           {"step", finding.step},
                    {"tensor", finding.tensor},       {"value", finding.value},
                    {"threshold", finding.threshold}, {"since", finding.since >= 0 ? finding.since : finding.step},
                    {"message", finding.message},     {"fixes", known[finding.rule].first}};
        // Beside a training nobody has weighed them.
        if (!causes.empty())
            told.set("causes", known[finding.rule].second);
        all.push_back(std::move(told));
    }
    return all;
}

Object toObject(const RuleReport& report, const store::RunRecord& record)
{
    Object states;
    Array rules;
    for (std::size_t i = 0; i < report.rules.size(); ++i) {
        const events::RuleStateChanged& state = report.found.states[i];
        const debug::RuleFacts* facts = debug::allRules().facts(report.rules[i].rule);
        states.set(state.rule, state.state);
        Array causes;
        for (const debug::Cause& cause : facts ? facts->causes : std::vector<debug::Cause>{})
            causes.push_back(cause.text());
        rules.push_back(Object{{"name", state.rule},
                               {"rule", report.rules[i].rule},
                               {"parameters", report.rules[i].params},
                               {"state", state.state},
                               {"details", state.details},
                               {"fired", report.found.counts[i]},
                               {"why", facts ? facts->why : std::string()},
                               {"causes", std::move(causes)},
                               {"ours", facts && facts->ours}});
    }
    return {{"findings", toList(report.found.findings, report.rules, record.spec, record.events, report.causes)},
            {"states", std::move(states)},
            {"rules", std::move(rules)}};
}

}
