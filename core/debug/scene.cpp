// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/scene.h"

#include <algorithm>
#include <cmath>

namespace core::debug {

namespace {

void take(Course*& course, std::map<std::string, Course, std::less<>>& courses, const std::string& name, double value,
          std::int64_t step)
{
    if (std::isnan(value))
        return;
    if (!course) {
        course = &courses[name];
        *course = {value, value, value, value, step};
        return;
    }
    course->last = value;
    course->most = std::max(course->most, value);
    if (value < course->least) {
        course->least = value;
        course->leastStep = step;
    }
}

// Scalars, and what the network was given.
std::vector<std::string> namesBySignal(const Signals& known)
{
    std::vector<std::string> names(known.size());
    for (const Signals::Tensor& tensor : known.tensors())
        for (const auto& [statistic, id] : tensor.statistics)
            if (tensor.isScalar())
                names[id] = tensor.name;
            else if (tensor.name == "input_0")
                names[id] = tensor.name + " " + statistic;
    return names;
}

// Of each weight the signals ‖update‖₂ and ‖weight‖₂.
std::vector<std::pair<SignalId, SignalId>> updatesOf(const Signals& known)
{
    std::map<std::string, SignalId> weights;
    SignalId id = 0;
    for (const Signals::Tensor& tensor : known.tensors())
        if (tensor.find("l2", id))
            weights[tensor.name] = id;
    std::vector<std::pair<SignalId, SignalId>> pairs;
    for (const auto& [name, update] : weights)
        if (name.starts_with("update/"))
            if (const auto weight = weights.find(name.substr(7)); weight != weights.end())
                pairs.emplace_back(update, weight->second);
    return pairs;
}

// The median over the weights, as UpdateRate has it.
double updateRatio(const std::vector<std::pair<SignalId, SignalId>>& pairs, const std::vector<double>& values)
{
    std::vector<double> ratios;
    for (const auto& [update, weight] : pairs)
        if (values[weight] > 0 && !std::isnan(values[update]))
            ratios.push_back(values[update] / values[weight]);
    if (ratios.empty())
        return std::nan("");
    const auto middle = ratios.begin() + std::ptrdiff_t(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    return *middle;
}

void takeCourses(Scene& scene, const Trace& trace)
{
    const std::vector<std::string> names = namesBySignal(trace.known);
    const auto pairs = updatesOf(trace.known);
    std::vector<bool> isUpdate(trace.known.size());
    for (const auto& [update, weight] : pairs)
        isUpdate[update] = true;
    std::vector<Course*> courses(trace.known.size()); // nodes of a map stay where they are
    Course* ratio = nullptr;
    std::vector<double> values(trace.known.size());
    for (std::size_t i = 0; i < trace.size(); ++i) {
        const Frame frame = trace.frame(i);
        if (frame.step > scene.step)
            break;
        bool updates = false;
        for (const Sample& sample : frame.samples) {
            updates = updates || isUpdate[sample.id];
            if (!names[sample.id].empty())
                take(courses[sample.id], scene.courses, names[sample.id], sample.value, frame.step);
        }
        if (!updates)
            continue;
        std::ranges::fill(values, std::nan(""));
        for (const Sample& sample : frame.samples)
            values[sample.id] = sample.value;
        take(ratio, scene.courses, "update/weight", updateRatio(pairs, values), frame.step);
    }
}

}

Scene sceneOf(const std::string& rule, const std::vector<spec::RuleSpec>& rules, const Trace& trace,
              const RunFacts& facts, const std::vector<events::Finding>& findings)
{
    Scene scene;
    scene.spec = facts.spec;
    scene.layers = facts.layers;
    scene.stepsPerEpoch = facts.stepsPerEpoch;
    scene.trainRows = facts.trainRows;
    scene.parameters = facts.parameters;
    const auto found = std::ranges::find(findings, rule, &events::Finding::rule);
    scene.step = found != findings.end() ? found->step : trace.size() > 0 ? trace.frame(trace.size() - 1).step : 0;
    const std::vector<std::string> names = spec::ruleNames(rules);
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (const auto first = std::ranges::find(findings, names[i], &events::Finding::rule);
            names[i] != rule && first != findings.end())
            scene.fired.emplace_back(rules[i].rule, first->step);
    takeCourses(scene, trace);
    return scene;
}

std::map<std::string, std::vector<RankedCause>> causesOf(const std::vector<spec::RuleSpec>& rules, const Trace& trace,
                                                         const RunFacts& facts,
                                                         const std::vector<events::Finding>& findings)
{
    std::map<std::string, std::vector<RankedCause>> all;
    const std::vector<std::string> names = spec::ruleNames(rules);
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (const RuleFacts* known = allRules().facts(rules[i].rule);
            known && std::ranges::find(findings, names[i], &events::Finding::rule) != findings.end())
            all[names[i]] = ranked(known->causes, sceneOf(names[i], rules, trace, facts, findings));
    return all;
}

}
