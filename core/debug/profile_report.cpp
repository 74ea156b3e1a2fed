// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_report.h"

#include "core/base/json.h"

#include <algorithm>
#include <cmath>

namespace core::debug {

using base::Array;
using base::Object;
using base::Value;

namespace {

Value numberOf(double value)
{
    return std::isfinite(value) ? Value(value) : Value();
}

Value valueOf(const Spread& spread)
{
    if (!spread.any)
        return {};
    return Object{
        {"max", spread.max}, {"p99", spread.p99}, {"p95", spread.p95}, {"p50", spread.p50}, {"min", spread.min}};
}

Value valueOf(const std::vector<PhaseTime>& phases)
{
    Object all;
    for (const PhaseTime& phase : phases)
        all.set(phase.name, Object{{"seconds", phase.known ? Value(phase.seconds) : Value()},
                                   {"share", phase.known ? Value(phase.share) : Value()},
                                   {"ms_per_step", phase.known ? Value(1000 * phase.perStep) : Value()}});
    return all;
}

Value valueOf(const std::vector<LayerTime>& layers)
{
    Array all;
    for (const LayerTime& layer : layers)
        all.push_back(Object{{"layer", layer.name},
                             {"forward_ms", 1000 * layer.forward},
                             {"backward_ms", layer.backward >= 0 ? Value(1000 * layer.backward) : Value()},
                             {"share", layer.share}});
    return all;
}

Value systemOf(const ProfileSummary& summary)
{
    Object system{{"samples", std::int64_t(summary.samples)}, {"cores", summary.cores}};
    for (const SystemFigure& figure : summary.system) {
        Value spread = valueOf(figure.spread);
        if (spread.isObject())
            spread.object().set("unit", figure.unit);
        system.set(figure.name, std::move(spread));
    }
    Array threads;
    for (const ThreadTime& thread : summary.threads)
        threads.push_back(Object{{"name", thread.name}, {"busy", thread.busy}});
    system.set("threads", std::move(threads));
    return system;
}

Array editsOf(const ProfileAdvice& advice)
{
    Array edits;
    for (const auto& [path, value] : advice.edits)
        edits.push_back(Object{{"path", path}, {"value", value}});
    return edits;
}

Array findingsOf(const std::vector<ProfileResult>& results)
{
    Array findings;
    for (const ProfileResult& result : results) {
        if (result.state != "IssuesFound")
            continue;
        findings.push_back(Object{{"rule", result.rule},
                                  {"step", result.step},
                                  {"time", result.time},
                                  {"value", numberOf(result.verdict.value)},
                                  {"threshold", numberOf(result.verdict.threshold)},
                                  {"violations", result.verdict.violations},
                                  {"message", result.verdict.message},
                                  {"ours", result.ours}});
    }
    return findings;
}

// SageMaker has a text of all parameters of a rule, a line for each, such as `threshold:50`.
std::string parametersText(const Value& parameters)
{
    std::string text;
    for (const auto& [key, value] : parameters.object())
        text += (text.empty() ? "" : "\n") + key + ":" + (value.isText() ? value.text() : base::writeJson(value));
    return text;
}

Object ruleOf(const ProfileResult& result)
{
    return {{"RuleTriggered", std::int64_t(result.state == "IssuesFound")},
            {"Violations", result.verdict.violations},
            {"Details", result.verdict.message},
            {"Datapoints", result.verdict.points}};
}

// The report itself fires if any of them did.
Object rulesOf(const std::vector<ProfileResult>& results)
{
    Object rules;
    std::int64_t fired = 0;
    for (const ProfileResult& result : results) {
        fired += result.state == "IssuesFound";
        Object rule = ruleOf(result);
        rule.set("RuleParameters", result.parameters);
        rule.set("state", result.state);
        rule.set("reason", result.reason);
        rules.set(result.rule, std::move(rule));
    }
    rules.set("ProfilerReport", Object{{"state", fired > 0 ? "IssuesFound" : "NoIssuesFound"},
                                       {"RuleTriggered", std::int64_t(fired > 0)},
                                       {"Violations", fired}});
    return rules;
}

}

ProfileReport reportOf(const ProfileTrace& trace, bool finished)
{
    return {trace.id, trace.device, finished, summarize(trace), judge(trace, finished)};
}

std::vector<std::pair<std::string, Value>> ruleFiles(const ProfileReport& report)
{
    std::vector<std::pair<std::string, Value>> files;
    for (const ProfileResult& result : report.results) {
        Object rule = ruleOf(result);
        rule.set("RuleParameters", parametersText(result.parameters));
        files.emplace_back(result.rule, std::move(rule));
    }
    return files;
}

std::string headline(const ProfileReport& report)
{
    const PhaseTime* most = largest(report.summary.phases);
    if (!most)
        return "Nothing was measured yet.";
    std::string text = "Of " + figure(1000 * report.summary.seconds / double(report.summary.steps)) + " ms a step, " +
                       phaseTitle(most->name, inOnePiece(report.summary.phases)) + " takes " +
                       figure(100 * most->share) + " %.";
    for (const ProfileResult& result : report.results)
        if (result.state == "IssuesFound") {
            std::string what = result.verdict.message;
            if (!what.empty())
                what.front() = char(std::toupper(static_cast<unsigned char>(what.front())));
            return text + " " + what + ".";
        }
    return text;
}

Value toValue(const ProfileReport& report)
{
    const ProfileSummary& summary = report.summary;
    Array advice;
    for (const ProfileResult& result : report.results)
        for (const ProfileAdvice& one : result.advice)
            advice.push_back(Object{{"rule", result.rule}, {"text", one.text}, {"edits", editsOf(one)}});
    return Object{{"run", report.id},
                  {"device", report.device},
                  {"finished", report.finished},
                  {"headline", headline(report)},
                  {"steps", summary.steps},
                  {"seconds", summary.seconds},
                  {"step_seconds", Object{{"mean", summary.mean}, {"spread", valueOf(summary.duration)}}},
                  {"phases", valueOf(summary.phases)},
                  {"in_one_piece", inOnePiece(summary.phases)},
                  {"slowest", Object{{"step", summary.slowest},
                                     {"seconds", summary.slowestSeconds},
                                     {"phases", valueOf(summary.slowestPhases)}}},
                  {"layers", valueOf(summary.layers)},
                  {"system", systemOf(summary)},
                  {"findings", findingsOf(report.results)},
                  {"rules", rulesOf(report.results)},
                  {"advice", std::move(advice)}};
}

std::vector<PhaseChange> compare(const ProfileSummary& before, const ProfileSummary& after)
{
    std::vector<PhaseChange> changes;
    const auto add = [&](const std::string& name, double was, double is) {
        changes.push_back({name, was, is, was > 0 ? is / was : std::nan("")});
    };
    for (std::size_t i = 0; i < std::min(before.phases.size(), after.phases.size()); ++i)
        add(before.phases[i].name, before.phases[i].perStep, after.phases[i].perStep);
    const auto whole = [](const ProfileSummary& one) { return one.steps > 0 ? one.seconds / double(one.steps) : 0; };
    add("step", whole(before), whole(after));
    return changes;
}

Value compareValue(const ProfileReport& before, const ProfileReport& after)
{
    Array phases;
    for (const PhaseChange& change : compare(before.summary, after.summary))
        phases.push_back(Object{{"phase", change.name},
                                {"before_ms", 1000 * change.before},
                                {"after_ms", 1000 * change.after},
                                {"difference_ms", 1000 * (change.after - change.before)},
                                {"ratio", numberOf(change.ratio)}});
    return Object{{"run", before.id}, {"with", after.id}, {"phases", std::move(phases)}};
}

}
