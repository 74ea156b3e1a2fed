// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/watch_plan.h"

#include "core/debug/rule_engine.h"
#include "core/train/layers_seen.h"

#include <algorithm>
#include <cmath>

namespace core::train {

namespace watch_plan {

constexpr std::int64_t fewClasses = 20; ///< whose confusion is told without being asked for
constexpr std::size_t mostSaves = 64;   ///< that are held of one tensor

using Kind = WatchKind;

// Whether somebody may mean what comes by in a forward pass.
bool wantsPasses(const spec::CaptureSpec& capture)
{
    static const std::vector<std::string> known{"activations", "outputs",    "inputs",       "relu_output",
                                                "relu_input",  "tanh_input", "sigmoid_input"};
    const auto meant = capture.collection ? std::vector{*capture.collection} : spec::collectionsMeant(capture.regex);
    const auto is = [&](const std::string& name) { return std::ranges::find(known, name) != known.end(); };
    return std::ranges::any_of(meant, is) || capture.regex.find("activ") != std::string::npos ||
           capture.regex.find("input") != std::string::npos;
}

void addPasses(Engine& engine, WatchSources& sources)
{
    const std::vector<LayerSeen> layers = layersOf(engine);
    sources.layers = spec::layerTypes(toldLayers(layers));
    for (const LayerSeen& layer : layers)
        if (layer.floating)
            sources.all.push_back({{}, Kind::Activation, "activation/" + layer.name, layer.name});
    for (const LayerSeen& layer : layers)
        if (layer.fed)
            sources.all.push_back({{}, Kind::Input, "input/" + layer.name, layer.name});
}

// The statistics that a capture takes of a source, each closed.
void addStatistics(const WatchSources& sources, const WatchSource& source, const spec::CaptureSpec& capture,
                   std::vector<std::string>& all)
{
    std::vector<std::string> wanted = spec::statisticsOf(capture);
    if (capture.reductions.empty()) {
        const bool counted = sources.classes > 0 && sources.classes <= fewClasses;
        if (source.name.starts_with("feature_importance/"))
            wanted = {"mean"};
        else if (source.name == "labels" && sources.classes > 0)
            wanted = {"count", "class_count(*)"};
        else if (source.name == "predictions" && counted)
            wanted.insert(wanted.end(), {"class_count(*)", "wrong_count(*)", "confusion(*,*)"});
    }
    for (const std::string& text : wanted) {
        const spec::Statistic statistic = spec::parseStatistic(text).valueOr({});
        // Labels against themselves would always be right.
        const spec::StatisticKind* kind = spec::statisticKind(statistic.name);
        if (!kind || (kind->pair && source.name != "predictions"))
            continue;
        for (const spec::Statistic& one : tensor::closed(statistic, sources.classes, sources.row))
            if (const std::string name = spec::spell(one); std::ranges::find(all, name) == all.end())
                all.push_back(name);
    }
}

// How far back a place has to remember.
void lookBack(const WatchSet& set, WatchPlace& place)
{
    for (const WatchStatistic& each : set.statistics) {
        if (each.statistic.name == "same_saves")
            place.past = std::max(place.past, std::size_t(each.statistic.arguments[3]));
        if (each.statistic.name == "change_ratio" && each.statistic.arguments[1] == 0)
            place.past = std::max<std::size_t>(place.past, 1);
        else if (each.statistic.name == "change_ratio")
            place.pastSteps = std::max(place.pastSteps, std::int64_t(each.statistic.arguments[1]));
    }
    place.past = std::min(place.past, mostSaves);
}

std::size_t setFor(WatchPlan& plan, const std::vector<std::string>& statistics, std::int64_t firstSet)
{
    const auto known = std::ranges::find(plan.sets, statistics, [](const WatchSet& s) { return s.names.statistics; });
    if (known != plan.sets.end())
        return std::size_t(known - plan.sets.begin());
    WatchSet& set = plan.sets.emplace_back();
    set.names.set = firstSet + std::int64_t(plan.sets.size()) - 1;
    set.names.statistics = statistics;
    for (const std::string& name : statistics) {
        const spec::Statistic statistic = spec::parseStatistic(name).valueOr({});
        set.statistics.push_back(
            {tensor::statisticNamed(name), tensor::signalNamed(statistic.name), statistic, store::keptAs(name)});
        set.plain = set.plain && set.statistics.back().take;
        set.passes = set.passes || set.statistics.back().take;
    }
    return plan.sets.size() - 1;
}

}

WatchSources WatchSources::of(Engine& engine, const std::vector<spec::CaptureSpec>& captures)
{
    using watch_plan::Kind;
    WatchSources sources;
    const data::DatasetInfo& info = engine.data().info();
    sources.row = info.inputShape;
    sources.classes = info.classifies() || info.segments() ? std::int64_t(info.classes.size()) : 0;
    sources.boosted = !engine.learner().hasGradients();
    if (!sources.boosted) {
        const std::vector<tensor::NamedTensor> weights = engine.learner().weights();
        for (const auto& [kind, prefix] :
             {std::pair(Kind::Weight, ""), {Kind::Gradient, "gradient/"}, {Kind::Update, "update/"}})
            for (const tensor::NamedTensor& weight : weights)
                if (kind == Kind::Weight ? weight.tensor.is_floating_point() : weight.tensor.requires_grad())
                    sources.all.push_back({weight.tensor, kind, prefix + weight.name});
        if (std::ranges::any_of(captures, watch_plan::wantsPasses))
            watch_plan::addPasses(engine, sources);
    }
    for (const char* name : {"labels", "predictions", "input_0"})
        if (!sources.boosted || name != std::string_view("input_0"))
            sources.all.push_back({{}, Kind::Answer, name});
    for (const tensor::NamedTensor& signal : engine.learner().signals())
        sources.all.push_back({{}, Kind::Extra, signal.name});
    return sources;
}

std::vector<std::string> WatchSources::names() const
{
    std::vector<std::string> names;
    for (const WatchSource& source : all)
        names.push_back(source.name);
    return names;
}

std::vector<bool> WatchSources::selected(const spec::CaptureSpec& capture) const
{
    if (boosted && capture.collection == "all")
        return std::vector<bool>(all.size(), true);
    return spec::selected(capture, names(), layers);
}

WatchPlan makePlan(const WatchSources& sources, const std::vector<spec::CaptureSpec>& captures,
                   const std::vector<bool>& due, const std::vector<std::vector<bool>>& selected, bool evaluation,
                   std::int64_t firstSet)
{
    using watch_plan::Kind;
    WatchPlan plan;
    for (std::size_t i = 0; i < sources.all.size(); ++i) {
        const WatchSource& source = sources.all[i];
        if (evaluation && (source.kind == Kind::Gradient || source.kind == Kind::Update))
            continue;
        WatchPlace place{i};
        std::vector<std::string> statistics;
        for (std::size_t c = 0; c < captures.size(); ++c) {
            if (!due[c] || !selected[c][i])
                continue;
            watch_plan::addStatistics(sources, source, captures[c], statistics);
            place.bins = std::max(place.bins, captures[c].histogram ? captures[c].bins : 0);
            place.raw = place.raw || captures[c].raw;
        }
        if (statistics.empty() && !place.raw)
            continue;
        place.set = watch_plan::setFor(plan, statistics, firstSet);
        WatchSet& set = plan.sets[place.set];
        place.row = set.names.tensors.size();
        place.name = (evaluation ? std::string(spec::atEvaluation) : std::string()) + source.name;
        watch_plan::lookBack(set, place);
        plan.keeps = plan.keeps || place.bins > 0;
        if (source.kind == Kind::Activation)
            plan.passes[source.layer].first = plan.places.size() + 1;
        if (source.kind == Kind::Input)
            plan.passes[source.layer].second = plan.places.size() + 1;
        set.names.tensors.push_back(place.name);
        plan.places.push_back(std::move(place));
        for (std::size_t kind = std::size_t(source.kind) + 1; kind <= watchKinds; ++kind)
            plan.begins[kind] = plan.places.size();
    }
    for (WatchSet& set : plan.sets)
        set.values.resize(set.names.tensors.size() * set.statistics.size());
    return plan;
}

namespace watch_plan {

constexpr std::int64_t ruleInterval = 10; ///< steps between two looks of a rule at tensors

// The statistics that can be taken of tensors; others are of scalars, which are recorded anyhow.
std::vector<std::string> takeable(const std::vector<std::string>& statistics)
{
    std::vector<std::string> all;
    for (const std::string& text : statistics)
        if (spec::parseStatistic(text))
            all.push_back(text);
    return all;
}

void addNeed(const debug::Need& need, std::vector<spec::CaptureSpec>& all)
{
    const auto wants = [&](debug::Mode mode) { return std::ranges::find(need.modes, mode) != need.modes.end(); };
    spec::CaptureSpec capture{.reductions = takeable(need.statistics)};
    if (capture.reductions.empty())
        return;
    const auto add = [&](std::optional<std::string> collection, const std::string& regex) {
        capture.collection = std::move(collection);
        capture.regex = regex;
        // Without a word of modes the steps of the training are enough: evaluations cost a pass each.
        for (const bool evaluation : {false, true}) {
            if (evaluation ? !wants(debug::Mode::Eval) : wants(debug::Mode::Eval) && need.modes.size() == 1)
                continue;
            capture.mode = evaluation ? "EVAL" : "TRAIN";
            capture.saveInterval = evaluation ? 1 : ruleInterval;
            std::vector<base::Error> problems;
            spec::checkCapture({capture}, problems);
            if (problems.empty() && std::ranges::find(all, capture) == all.end())
                all.push_back(capture);
        }
    };
    for (const std::string& collection : need.tensors.collections)
        add(collection, {});
    for (const std::string& regex : need.tensors.regexes)
        add(std::nullopt, regex);
    if (need.tensors.empty() && need.tensors.all)
        add("all", {});
}

}

namespace watch_plan {

// Whether these are the rules that a run has unless somebody asks for others, as they are.
bool isUsual(const std::vector<spec::RuleSpec>& rules)
{
    static const std::vector<spec::RuleSpec> usual = spec::usualRules();
    if (rules.size() != usual.size())
        return false;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const base::Entry* entry = debug::allRules().family().find(rules[i].rule);
        if (!entry || rules[i].rule != usual[i].rule || !rules[i].name.empty())
            return false;
        for (const base::Field& field : entry->schema.fields) {
            const base::Value *given = rules[i].params.object().find(field.key),
                              *wanted = usual[i].params.object().find(field.key);
            if (given && !(*given == (wanted ? *wanted : field.fallback)))
                return false;
        }
    }
    return true;
}

}

std::vector<spec::CaptureSpec> capturesForRules(const std::vector<spec::RuleSpec>& rules)
{
    std::vector<spec::CaptureSpec> all;
    // The usual rules live on the usual captures; whoever captures nothing gets nothing.
    if (watch_plan::isUsual(rules))
        return all;
    for (const debug::Need& need : debug::needsOf(rules))
        watch_plan::addNeed(need, all);
    return all;
}

}
