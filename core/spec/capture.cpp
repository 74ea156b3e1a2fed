// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/capture.h"

#include "core/spec/statistic.h"

#include <algorithm>
#include <regex>

namespace core::spec {

using base::Error;
using base::ErrorKind;

namespace {

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

// What is taken only where somebody speaks of it, by how its names begin: updates need a copy of the weights, what goes
// through layers is as large as a batch.
constexpr std::string_view spokenOf[] = {"update/", "activation/", "input/", "feature_importance/",
                                         "trees/",  "validation/", "labels", "predictions",
                                         "input_0"};

std::string_view familyOf(std::string_view name)
{
    for (const std::string_view family : spokenOf)
        if (family.ends_with('/') ? name.starts_with(family) : name == family)
            return family;
    return {};
}

bool speaksOf(const std::string& regex, const std::string& name)
{
    const std::string_view family = familyOf(name);
    return family.empty() || regex.find(family.substr(0, 5)) != regex.npos;
}

// `validation/` says when it was seen, not what it is.
std::string_view plainName(std::string_view name)
{
    return name.starts_with(atEvaluation) ? name.substr(atEvaluation.size()) : name;
}

// By AWS's default regexes (smdebug 1.0.34): what programs call their tensors that have modules in their names.
void addForeign(const std::string& name, std::vector<std::string>& found)
{
    static const std::pair<const char*, std::regex> patterns[] = {
        {"relu_output", std::regex("relu\\w*_output", std::regex::icase)},
        {"relu_input", std::regex("relu\\w*_input", std::regex::icase)},
        {"tanh_input", std::regex("tanh\\w*_input", std::regex::icase)},
        {"sigmoid_input", std::regex("sigmoid\\w*_input", std::regex::icase)},
        {"outputs", std::regex("_output(_\\d+)?$")},
        {"inputs", std::regex("_input(_\\d+)?$")},
        {"labels", std::regex("labels$|loss\\w*_input_1$", std::regex::icase)},
        {"predictions", std::regex("predictions$|loss\\w*_input_0$", std::regex::icase)},
        {"losses", std::regex("[Ll]oss_(?!input).*output|(^|/)\\w*loss$")}};
    for (const auto& [collection, pattern] : patterns)
        if (std::regex_search(name, pattern))
            found.emplace_back(collection);
}

// Of `activation/1` and `input/1`.
void addByLayer(std::string_view name, const LayerTypes& layers, std::vector<std::string>& found)
{
    const bool output = name.starts_with("activation/");
    const auto layer = layers.find(std::string(name.substr(name.find('/') + 1)));
    const std::string_view type = layer == layers.end() ? std::string_view{} : std::string_view(layer->second);
    found.emplace_back(output ? "outputs" : "inputs");
    if (output)
        found.emplace_back("activations");
    if (type == "ReLU")
        found.emplace_back(output ? "relu_output" : "relu_input");
    else if (!output && (type == "Tanh" || type == "Sigmoid"))
        found.emplace_back(type == "Tanh" ? "tanh_input" : "sigmoid_input");
}

std::string whyNoRegex(const std::string& pattern)
{
    try {
        const std::regex made(pattern);
        return {};
    } catch (const std::regex_error& error) {
        return error.what();
    }
}

}

bool CaptureSpec::savesAt(std::int64_t step) const
{
    const bool within = step >= startStep && (!endStep || step < *endStep);
    return (within && step % saveInterval == 0) || std::ranges::find(saveSteps, step) != saveSteps.end();
}

LayerTypes layerTypes(const std::vector<std::string>& told)
{
    LayerTypes types;
    for (const std::string& each : told)
        if (const std::size_t space = each.find(' '); space != each.npos)
            types.emplace(each.substr(0, space), each.substr(space + 1));
    return types;
}

const std::vector<std::string>& collections()
{
    static const std::vector<std::string> names{
        "weights",     "biases",      "gradients",  "all",        "updates",       "activations",
        "inputs",      "outputs",     "relu_input", "tanh_input", "sigmoid_input", "labels",
        "predictions", "relu_output", "losses",     "metrics",    "trees",         "feature_importance"};
    return names;
}

std::vector<std::string> collectionsOf(const std::string& given, const LayerTypes& layers)
{
    const std::string name(plainName(given));
    std::vector<std::string> found;
    if (name.starts_with("update/"))
        return {"updates"};
    if (name.starts_with("activation/") || name.starts_with("input/")) {
        addByLayer(name, layers, found);
        return found;
    }
    for (const std::string_view own : {"labels", "predictions"})
        if (name == own)
            return {name};
    if (name == "input_0")
        return {"inputs", "input_image", "input_sequence"};
    for (const std::string_view own : {"feature_importance", "trees"})
        if (name.starts_with(own) && name.substr(own.size()).starts_with('/'))
            return {std::string(own)};
    if (name.starts_with("gradient"))
        return {"gradients", "all"};
    for (const auto& [part, collection] : {std::pair("weight", "weights"), {"bias", "biases"}})
        if (name.find(part) != name.npos)
            found.emplace_back(collection);
    addForeign(name, found);
    found.emplace_back("all");
    return found;
}

bool isIn(const std::string& collection, const std::string& name, const LayerTypes& layers)
{
    const std::vector<std::string> all = collectionsOf(name, layers);
    return std::ranges::find(all, collection) != all.end();
}

std::vector<std::string> collectionsMeant(const std::string& regex)
{
    std::vector<std::string> meant;
    for (std::size_t at = 0; at <= regex.size();) {
        const std::size_t bar = std::min(regex.find('|', at), regex.size());
        std::string part = regex.substr(at, bar - at);
        at = bar + 1;
        if (part.starts_with(".*"))
            part.erase(0, 2);
        if (part.starts_with("feature_importance/"))
            return {};
        const auto& known = collections();
        if (std::ranges::find(known, part) == known.end())
            return {};
        meant.push_back(std::move(part));
    }
    return meant;
}

std::vector<bool> selected(const CaptureSpec& capture, const std::vector<std::string>& names, const LayerTypes& layers)
{
    std::vector<bool> chosen;
    const std::vector<std::string> meant =
        capture.collection ? std::vector{*capture.collection} : collectionsMeant(capture.regex);
    const std::regex pattern(capture.collection ? "" : capture.regex);
    for (const std::string& name : names) {
        const auto in = [&](const std::string& collection) { return isIn(collection, name, layers); };
        chosen.push_back(std::ranges::any_of(meant, in) ||
                         (!capture.collection && speaksOf(capture.regex, name) && std::regex_search(name, pattern)));
    }
    return chosen;
}

const std::vector<std::string>& reductionNames()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const char* name : {"min", "max", "mean", "std", "variance", "sum", "prod", "median", "l1", "l2"}) {
            all.push_back(name);
            all.push_back(std::string("abs_") + name);
        }
        for (const char* name : {"l1_norm", "l2_norm", "abs_l1_norm", "abs_l2_norm", "zeros", "nan", "inf", "count"})
            all.push_back(name);
        return all;
    }();
    return names;
}

const std::vector<std::string>& usualStatistics()
{
    static const std::vector<std::string> names{"min", "max",   "mean", "std", "abs_mean", "abs_max",
                                                "l2",  "zeros", "nan",  "inf", "count"};
    return names;
}

std::vector<std::string> statisticsOf(const CaptureSpec& capture)
{
    if (capture.reductions.empty())
        return usualStatistics();
    std::vector<std::string> names;
    for (const std::string& text : capture.reductions) {
        const auto statistic = parseStatistic(text);
        const std::string name = statistic ? spell(*statistic) : text;
        if (std::ranges::find(names, name) == names.end())
            names.push_back(name);
    }
    return names;
}

void checkCapture(const std::vector<CaptureSpec>& captures, std::vector<Error>& problems)
{
    for (std::size_t i = 0; i < captures.size(); ++i) {
        const CaptureSpec& capture = captures[i];
        const std::string where = "/capture/" + std::to_string(i);
        const auto problem = [&](const std::string& key, const std::string& message, const std::string& advice) {
            problems.push_back({ErrorKind::Spec, message, where + key, advice});
        };
        if (capture.collection.has_value() != capture.regex.empty())
            problem("", capture.collection ? "names a collection and a regex" : "names no tensors",
                    "Give one of both: a collection (" + listed(collections()) + ") or a regex over names");
        else if (const std::string why = whyNoRegex(capture.regex); !why.empty())
            problem("/regex", "\"" + capture.regex + "\" is no regular expression: " + why,
                    "Such as ^gradient/ or \\.weight$");
        for (std::size_t k = 0; k < capture.reductions.size(); ++k)
            if (const auto statistic = parseStatistic(capture.reductions[k]); !statistic)
                problem("/reductions/" + std::to_string(k), statistic.error().message, statistic.error().advice);
        if (capture.endStep && *capture.endStep <= capture.startStep && capture.saveSteps.empty())
            problem("/end_step", "ends before it starts", "end_step is exclusive: it must lie above start_step");
    }
}

}
