// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_engine.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::debug {

namespace {

// The parameters of a rule, as the experiment says or as they are by default.
base::Object parametersOf(const base::Entry& entry, const base::Value& rules)
{
    base::Object parameters;
    for (const base::Field& field : entry.schema.fields)
        parameters.set(field.key, field.fallback);
    for (const base::Value& rule : rules.array())
        if (rule["rule"].text() == entry.kind)
            for (const base::Field& field : entry.schema.fields)
                if (const base::Value* given = rule.object().find(field.key))
                    parameters.set(field.key, *given);
    return parameters;
}

bool takenOut(const std::string& rule, const base::Value& rules)
{
    return std::ranges::any_of(rules.array(), [&](const base::Value& one) {
        return one["rule"].text() == rule && !one["enabled"].toBool(true);
    });
}

double endOf(const events::StepTimes& times)
{
    double seconds = 0;
    for (const double phase : times.phases)
        seconds += std::max(0.0, phase);
    return times.time + seconds;
}

}

ProfileEngine::ProfileEngine(const base::Value& rules, ProfileFacts facts) : m_facts(std::move(facts))
{
    for (const base::Entry& entry : allProfileRules().family().entries) {
        if (takenOut(entry.kind, rules))
            continue;
        base::Object parameters = parametersOf(entry, rules);
        if (auto rule = allProfileRules().make({entry.kind, parameters})) {
            Watcher watcher{entry.kind, entry.title, entry.help, std::move(parameters), std::move(*rule)};
            watcher.nextScan = m_facts.begun + watcher.is->scanSeconds();
            m_watchers.push_back(std::move(watcher));
        }
    }
    m_now = m_facts.begun;
}

void ProfileEngine::see(const events::SystemSample& sample)
{
    scanUntil(sample.time);
    m_facts.cores = std::max(1, int(sample.cores.size()));
    for (Watcher& watcher : m_watchers)
        watcher.is->see(sample);
}

void ProfileEngine::see(const events::StepTimes& times)
{
    scanUntil(endOf(times));
    m_step = std::max(m_step, times.step + times.count - 1);
    for (Watcher& watcher : m_watchers)
        watcher.is->see(times);
}

void ProfileEngine::scanUntil(double now)
{
    m_now = std::max(m_now, now);
    for (Watcher& watcher : m_watchers) {
        if (watcher.nextScan > now)
            continue;
        // A pause may be longer than many intervals, and nothing was seen in it.
        scan(watcher, watcher.nextScan);
        const double every = watcher.is->scanSeconds();
        watcher.nextScan += every * (std::floor((now - watcher.nextScan) / every) + 1);
        scan(watcher, watcher.nextScan - every);
    }
}

void ProfileEngine::scan(Watcher& watcher, double now)
{
    if (watcher.is->latches() && watcher.verdict.triggered)
        return;
    if (!watcher.is->notApplicable(m_facts).empty())
        return;
    const bool before = watcher.verdict.triggered;
    watcher.verdict = watcher.is->judge(m_facts, now);
    if (watcher.verdict.triggered && !before) {
        watcher.step = m_step;
        watcher.time = now;
    }
}

void ProfileEngine::finish(double now)
{
    m_now = std::max(m_now, now);
    for (Watcher& watcher : m_watchers)
        scan(watcher, m_now);
    m_finished = true;
}

std::vector<ProfileResult> ProfileEngine::results() const
{
    std::vector<ProfileResult> results;
    for (const Watcher& watcher : m_watchers) {
        ProfileResult result{watcher.rule, watcher.title, watcher.help, watcher.is->ours()};
        result.parameters = watcher.parameters;
        result.verdict = watcher.verdict;
        result.reason = watcher.is->notApplicable(m_facts);
        if (!result.reason.empty()) {
            result.state = "NotApplicable";
        } else if (watcher.verdict.triggered) {
            result.state = "IssuesFound";
            result.step = watcher.step;
            result.time = watcher.time;
            result.advice = watcher.is->advice(m_facts);
        } else {
            // What it would say now, which counts for nothing until its scan.
            result.verdict = m_finished ? watcher.verdict : watcher.is->judge(m_facts, m_now);
            result.state = m_finished ? "NoIssuesFound" : "InProgress";
            if (result.verdict.points <= result.verdict.needed && result.verdict.needed > 0) {
                result.reason = "it saw " + std::to_string(result.verdict.points) + " points and speaks after " +
                                std::to_string(result.verdict.needed);
                result.state = m_finished ? "NotApplicable" : "InProgress";
            }
        }
        results.push_back(std::move(result));
    }
    return results;
}

ProfileFacts factsOf(const ProfileTrace& trace)
{
    return {trace.spec, trace.onGpu(), std::max(1, trace.cores()), trace.begun};
}

std::vector<ProfileResult> judge(const ProfileTrace& trace, bool finished)
{
    const base::Value* rules = trace.spec.at("profiler.rules");
    ProfileEngine engine(rules ? *rules : base::Value(base::Array{}), factsOf(trace));
    double last = trace.begun;
    std::size_t step = 0, sample = 0;
    while (step < trace.steps.size() || sample < trace.system.size()) {
        const bool steps = sample == trace.system.size() ||
                           (step < trace.steps.size() && endOf(trace.steps[step]) <= trace.system[sample].time);
        last = std::max(last, steps ? endOf(trace.steps[step]) : trace.system[sample].time);
        if (steps)
            engine.see(trace.steps[step++]);
        else
            engine.see(trace.system[sample++]);
    }
    if (finished)
        engine.finish(last);
    return engine.results();
}

}
