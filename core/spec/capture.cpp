// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/capture.h"

#include <algorithm>
#include <regex>

namespace core::spec {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::pair<std::string_view, std::string_view> spellings[] = {{"l1_norm", "l1"},     {"l2_norm", "l2"},
                                                                       {"abs_l1_norm", "l1"}, {"abs_l2_norm", "l2"},
                                                                       {"abs_l1", "l1"},      {"abs_l2", "l2"}};

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

bool isGradient(const std::string& name)
{
    return name.starts_with("gradient");
}

// What costs more than a look: updates need a copy of the weights, activations are as many as rows.
bool isCostly(const std::string& name)
{
    return name.starts_with("update/") || name.starts_with("activation/");
}

bool speaksOf(const std::string& regex, const std::string& name)
{
    return !isCostly(name) || regex.find(name.substr(0, 6)) != regex.npos;
}

bool isIn(const std::string& collection, const std::string& name)
{
    if (collection == "updates" || collection == "activations")
        return name.starts_with(collection == "updates" ? "update/" : "activation/");
    if (isCostly(name))
        return false;
    if (collection == "gradients")
        return isGradient(name);
    if (collection == "weights" || collection == "biases")
        return !isGradient(name) && name.find(collection == "weights" ? "weight" : "bias") != name.npos;
    return collection == "all";
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

const std::vector<std::string>& collections()
{
    static const std::vector<std::string> names{"weights", "biases", "gradients", "all", "updates", "activations"};
    return names;
}

std::vector<bool> selected(const CaptureSpec& capture, const std::vector<std::string>& names)
{
    std::vector<bool> chosen;
    const std::regex pattern(capture.collection ? "" : capture.regex);
    for (const std::string& name : names)
        chosen.push_back(capture.collection ? isIn(*capture.collection, name)
                                            : speaksOf(capture.regex, name) && std::regex_search(name, pattern));
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
    for (std::string name : capture.reductions) {
        for (const auto& [spelling, column] : spellings)
            if (name == spelling)
                name = column;
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
        if (capture.mode != "TRAIN")
            problem("/mode", capture.mode + " steps are not captured yet", "TRAIN steps are");
        if (capture.raw)
            problem("/raw", "raw tensors are not kept yet",
                    "Statistics are; a checkpoint holds the weights: train.checkpoint.every_steps");
        if (capture.endStep && *capture.endStep <= capture.startStep && capture.saveSteps.empty())
            problem("/end_step", "ends before it starts", "end_step is exclusive: it must lie above start_step");
    }
}

}
