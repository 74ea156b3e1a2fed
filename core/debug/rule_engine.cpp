// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_engine.h"

#include <algorithm>

namespace core::debug {

struct RuleEngine::Running {
    std::unique_ptr<Rule> rule; ///< none: it could not be made
    std::string name, kind;
    std::vector<Need> needs;
    std::vector<std::vector<Watched>> watched; ///< by need
    std::vector<std::string> lacking;          ///< statistics of tensors that are there
    std::vector<bool> seen;                    ///< by need: whether anything of it was ever saved
    std::int64_t looks = 0, lastStep = -1, lastFound = -1;
};

namespace {

bool finished(const std::string& state)
{
    return state != inProgress && state != stopping;
}

bool wants(const Need& need, Mode mode)
{
    return need.modes.empty() || std::ranges::find(need.modes, mode) != need.modes.end();
}

std::string listed(const std::vector<std::string>& names, const char* between = ", ")
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : between) + name;
    return text;
}

std::string inWords(const Selection& selection)
{
    std::string text = listed(selection.collections, " or ");
    if (!selection.regexes.empty() && selection.collections.empty())
        text = "\"" + listed(selection.regexes, "|") + "\"";
    return text.empty() ? "tensors" : text;
}

// The types of layers that a selection is about; empty: it is about other things too.
std::vector<std::string> layersMeant(const Selection& selection)
{
    std::vector<std::string> collections = selection.collections;
    for (const std::string& regex : selection.regexes) {
        const std::vector<std::string> meant = spec::collectionsMeant(regex);
        if (meant.empty())
            return {};
        collections.insert(collections.end(), meant.begin(), meant.end());
    }
    std::vector<std::string> types;
    for (const std::string& name : collections)
        if (name.starts_with("relu_"))
            types.emplace_back("ReLU");
        else if (name.starts_with("tanh_"))
            types.emplace_back("Tanh");
        else if (name.starts_with("sigmoid_"))
            types.emplace_back("Sigmoid");
        else
            return {};
    return types;
}

// In words what layers a rule is about, if the network has none of them.
std::string missingLayers(const std::vector<Need>& needs, const spec::LayerTypes& layers)
{
    std::vector<std::string> wanted;
    for (const Need& need : needs) {
        const std::vector<std::string> types = layersMeant(need.tensors);
        if (types.empty())
            return {};
        for (const std::string& type : types) {
            if (std::ranges::any_of(layers, [&](const auto& layer) { return layer.second == type; }))
                return {};
            wanted.push_back(type);
        }
    }
    return layers.empty() ? "" : listed(wanted, " and no ");
}

}

RuleEngine::RuleEngine(const std::vector<spec::RuleSpec>& rules, RunFacts facts) : m_facts(std::move(facts))
{
    const std::vector<std::string> names = spec::ruleNames(rules);
    m_rules.resize(rules.size());
    m_states.resize(rules.size());
    m_counts.resize(rules.size());
    m_woken.resize(rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
        Running& running = m_rules[i];
        running.name = names[i];
        running.kind = rules[i].rule;
        m_states[i].rule = names[i];
        change(i, inProgress, {});
        auto made = allRules().make({rules[i].rule, rules[i].params});
        const RuleFacts* known = allRules().facts(rules[i].rule);
        if (!made) {
            change(i, inError, base::describe(made.error()));
            continue;
        }
        if (known && m_facts.rounds && known->networks) {
            change(i, notApplicable, "A model that learns in rounds has no gradients and no layers");
            continue;
        }
        if (known && !m_facts.rounds && known->trees && !m_facts.spec["model"].isNull()) {
            change(i, notApplicable, "It is about boosted trees");
            continue;
        }
        if (const base::Status ready = (*made)->prepare(m_facts); !ready) {
            change(i, inError, base::describe(ready.error()));
            continue;
        }
        running.needs = (*made)->needs();
        if (const std::string missing = missingLayers(running.needs, m_facts.layers); !missing.empty()) {
            change(i, notApplicable, "This network has no " + missing);
            continue;
        }
        running.rule = std::move(*made);
        running.watched.resize(running.needs.size());
        running.seen.resize(running.needs.size());
    }
}

RuleEngine::~RuleEngine() = default;

void RuleEngine::change(std::size_t place, const std::string& state, std::string details)
{
    events::RuleStateChanged& now = m_states[place];
    now = {m_step, m_rules[place].name, state, std::move(details)};
    m_changes.push_back(now);
}

void RuleEngine::bind(const Signals& signals)
{
    m_version = signals.version();
    m_values.resize(signals.size());
    m_stamps.resize(signals.size());
    m_listeners.assign(signals.size(), {});
    for (std::size_t i = 0; i < m_rules.size(); ++i)
        if (m_rules[i].rule)
            bindOne(m_rules[i], i, signals);
}

void RuleEngine::bindOne(Running& running, std::size_t place, const Signals& signals)
{
    running.lacking.clear();
    for (std::size_t n = 0; n < running.needs.size(); ++n) {
        const Need& need = running.needs[n];
        const std::vector<bool> chosen = selected(need.tensors, signals);
        running.watched[n].clear();
        for (std::size_t t = 0; t < chosen.size(); ++t) {
            if (!chosen[t])
                continue;
            const Signals::Tensor& tensor = signals.tensors()[t];
            Watched watched{tensor.name, tensor.tags};
            bool whole = true;
            for (const std::string& statistic : need.statistics) {
                const std::vector<Source> sources = sourcesOf(tensor, statistic);
                whole = whole && !sources.empty();
                if (sources.empty() && !tensor.statistics.empty())
                    running.lacking.push_back(statistic + " of " + tensor.name);
                watched.sources.insert(watched.sources.end(), sources.begin(), sources.end());
            }
            if (!whole)
                continue;
            for (const Source& source : watched.sources)
                if (std::vector<std::uint32_t>& all = m_listeners[source.id];
                    all.empty() || all.back() != std::uint32_t(place))
                    all.push_back(std::uint32_t(place));
            running.watched[n].push_back(std::move(watched));
        }
    }
}

void RuleEngine::advance(const Signals& signals, const Frame& frame)
{
    if (signals.version() != m_version)
        bind(signals);
    if (m_lastTime > 0 && frame.time > m_lastTime && !frame.idle)
        silence(m_lastTime, frame.time);
    if (frame.time > 0)
        m_lastTime = frame.time;
    ++m_frame;
    m_step = frame.step;
    m_awake.clear();
    for (const Sample& sample : frame.samples) {
        m_values[sample.id] = sample.value;
        m_stamps[sample.id] = m_frame;
        for (const std::uint32_t rule : m_listeners[sample.id])
            if (m_woken[rule] != m_frame) {
                m_woken[rule] = m_frame;
                m_awake.push_back(rule);
            }
    }
    std::ranges::sort(m_awake);
    for (const std::uint32_t place : m_awake) {
        Running& running = m_rules[place];
        const auto heeds = [&](const Need& need) { return wants(need, frame.mode); };
        if (!running.rule || std::ranges::none_of(running.needs, heeds))
            continue;
        Moment moment(running.watched, m_values, m_stamps, m_frame);
        moment.step = frame.step;
        moment.modeStep = frame.modeStep;
        moment.mode = frame.mode;
        moment.time = frame.time;
        for (std::size_t n = 0; n < running.needs.size(); ++n)
            if (!running.seen[n] && wants(running.needs[n], frame.mode))
                running.seen[n] =
                    std::ranges::any_of(running.watched[n], [&](const Watched& tensor) { return moment.has(tensor); });
        ++running.looks;
        running.lastStep = frame.step;
        note(place, frame.step, running.rule->at(moment));
    }
}

void RuleEngine::silence(double since, double now)
{
    for (std::size_t i = 0; i < m_rules.size(); ++i)
        if (m_rules[i].rule && m_rules[i].rule->listensToSilence())
            note(i, m_step, m_rules[i].rule->silence(since, now));
}

void RuleEngine::note(std::size_t place, std::int64_t step, Verdict verdict)
{
    if (!verdict)
        return;
    // A step is told once, whatever a rule saw at it.
    if (std::exchange(m_rules[place].lastFound, step) == step)
        return;
    const std::string& name = m_rules[place].name;
    m_findings.push_back({step, name, std::move(verdict->tensor), verdict->value, verdict->threshold, verdict->since,
                          std::move(verdict->message)});
    if (++m_counts[place] == 1)
        change(place, issuesFound,
               "RuleEvaluationConditionMet: Evaluation of the rule " + name + " at step " + std::to_string(step) +
                   " resulted in the condition being met");
}

void RuleEngine::stop()
{
    for (std::size_t i = 0; i < m_rules.size(); ++i)
        if (m_states[i].state == inProgress)
            change(i, stopping, "The run was asked to stop");
}

// Whether a rule saw all that it cannot do without.
bool RuleEngine::saw(const Running& running)
{
    for (std::size_t n = 0; n < running.needs.size(); ++n)
        if (running.needs[n].required && !running.seen[n])
            return false;
    return running.needs.empty() || running.looks > 0;
}

// Why a rule has never looked.
std::string RuleEngine::whyNothing(std::size_t place) const
{
    const Running& running = m_rules[place];
    if (!running.lacking.empty())
        return "No debug data: " + running.lacking.front() +
               " was not recorded. Ask for it in capture, or train with this rule among the rules; a recorded run can "
               "only answer it if its tensors were kept (capture.raw)";
    std::string wanted;
    for (std::size_t n = 0; n < running.needs.size(); ++n)
        if (!running.seen[n] && wanted.empty()) {
            wanted = inWords(running.needs[n].tensors);
            if (running.needs[n].modes.size() == 1)
                wanted += " of " + std::string(name(running.needs[n].modes.front())) + " steps";
        }
    return "No debug data: the run saved no " + wanted + ". Capture them, or choose others by tensor_regex";
}

void RuleEngine::finish(Ending ending)
{
    for (std::size_t i = 0; i < m_rules.size(); ++i) {
        Running& running = m_rules[i];
        if (!running.rule || ending == Ending::Open)
            continue;
        note(i, std::max(running.lastStep, std::int64_t(0)), running.rule->end());
        if (finished(m_states[i].state))
            continue;
        if (ending == Ending::Stopped)
            change(i, stopped, "The run was stopped");
        else if (saw(running))
            change(i, noIssuesFound, running.rule->closing());
        else
            change(i, inError, whyNothing(i));
    }
}

std::vector<events::Finding> RuleEngine::takeFindings()
{
    return std::exchange(m_findings, {});
}

std::vector<events::RuleStateChanged> RuleEngine::takeChanges()
{
    return std::exchange(m_changes, {});
}

Findings run(const std::vector<spec::RuleSpec>& rules, const Trace& trace, RunFacts facts, Ending ending)
{
    if (!facts.evaluates) {
        facts.evaluates = false;
        for (std::size_t i = 0; i < trace.size(); ++i)
            facts.evaluates = *facts.evaluates || trace.frame(i).mode == Mode::Eval;
    }
    RuleEngine engine(rules, std::move(facts));
    for (std::size_t i = 0; i < trace.size(); ++i)
        engine.advance(trace.known, trace.frame(i));
    engine.finish(ending);
    return {engine.takeFindings(), engine.states(), engine.counts()};
}

std::vector<Need> needsOf(const std::vector<spec::RuleSpec>& rules)
{
    std::vector<Need> all;
    for (const spec::RuleSpec& rule : rules)
        if (const auto made = allRules().make({rule.rule, rule.params}))
            for (Need& need : (*made)->needs())
                all.push_back(std::move(need));
    return all;
}

}
