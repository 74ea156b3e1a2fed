// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/aside.h"
#include "core/train/engine.h"
#include "core/train/finders.h"

#include <algorithm>
#include <cmath>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;
using base::Value;

namespace {

constexpr double smoothing = 0.98;
constexpr std::size_t leftOutAtEnd = 5, fewest = 3;

// The growing rate is a schedule like any other, so that nothing else of a step differs.
Value growingRate(const Engine& engine, const RangeTestOptions& options)
{
    const std::int64_t first = engine.timeline().scheduleStep(engine.step());
    const double lr = baseRate(engine.experiment());
    return base::Object{{"kind", "piecewise"},
                        {"milestones", base::Array{first, first + options.steps - 1}},
                        {"factors", base::Array{options.from / lr, options.to / lr}},
                        {"interpolation", "exponential"},
                        {"unit", "step"},
                        {"warmup_steps", 0}};
}

Status checked(const Engine& engine, const RangeTestOptions& options)
{
    if (!(options.from > 0) || !(options.to > options.from) || !std::isfinite(options.to) || options.steps < 5)
        return Error{ErrorKind::Usage, "a range test needs rates 0 < from < to and at least 5 steps", "range test",
                     "Leave them out for 1e-7 to 10 in 100 steps"};
    if (!(baseRate(engine.experiment()) > 0))
        return Error{ErrorKind::Spec, "the optimizer's rate is 0", "/train/optimizer/lr",
                     "Set any rate above 0: the test replaces it"};
    return {};
}

// fastai's valley: the longest strictly falling subsequence, of its last third the middle.
std::size_t valley(const std::vector<double>& loss)
{
    std::vector<std::size_t> length(loss.size(), 1);
    std::size_t end = 0;
    for (std::size_t i = 1; i < loss.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if (loss[i] < loss[j])
                length[i] = std::max(length[i], length[j] + 1);
        if (length[i] > length[end])
            end = i;
    }
    // As there, it may begin one before the first.
    const auto start = std::ptrdiff_t(end) - std::ptrdiff_t(length[end]);
    const double section = double(length[end]) / 3;
    return std::size_t(std::max<std::ptrdiff_t>(0, start + std::ptrdiff_t(section) + std::ptrdiff_t(section / 2)));
}

std::size_t steepest(const std::vector<double>& lr, const std::vector<double>& loss)
{
    std::size_t place = 0;
    double best = 0;
    for (std::size_t i = 0; i + 1 < loss.size(); ++i)
        if (const double slope = (loss[i + 1] - loss[i]) / std::log(lr[i + 1] / lr[i]); slope < best) {
            best = slope;
            place = i;
        }
    return place;
}

}

std::vector<RateSuggestion> suggestRates(const std::vector<double>& allRates, const std::vector<double>& smoothed,
                                         std::int64_t steps)
{
    const std::size_t first = std::size_t(steps / 10), last = smoothed.size() - std::min(smoothed.size(), leftOutAtEnd);
    if (last < first + fewest)
        return {};
    const auto part = [&](const std::vector<double>& all) {
        return std::vector<double>(all.begin() + std::ptrdiff_t(first), all.begin() + std::ptrdiff_t(last));
    };
    const std::vector<double> lr = part(allRates), loss = part(smoothed);
    const std::size_t lowest = std::size_t(std::ranges::min_element(loss) - loss.begin());
    if (lowest == 0)
        return {};
    return {{"valley", lr[valley(loss)]}, {"steepest", lr[steepest(lr, loss)]}, {"minimum/10", lr[lowest] / 10}};
}

base::Result<RangeTest> rangeTest(Engine& engine, const RangeTestOptions& options, const Trying& trying)
{
    CORE_CHECK(checked(engine, options));
    RangeTest test;
    test.step = engine.step();
    const auto work = [&](Engine& copy) -> Status {
        CORE_CHECK(copy.edit("train.schedule", growingRate(copy, options)));
        double average = 0, weight = 1, lowest = 0;
        for (std::int64_t i = 0; i < options.steps; ++i) {
            if (trying && !trying(i, options.steps))
                return Error{ErrorKind::Interrupted, "given up", "range test", {}};
            const StepResult step = copy.advance();
            average = smoothing * average + (1 - smoothing) * step.loss;
            weight *= smoothing;
            const double smoothed = average / (1 - weight);
            test.diverged = !std::isfinite(smoothed) || (i > 0 && smoothed > options.stopAt * lowest);
            if (!std::isfinite(smoothed))
                break;
            test.lr.push_back(step.lr);
            test.loss.push_back(step.loss);
            test.smoothed.push_back(smoothed);
            lowest = i == 0 ? smoothed : std::min(lowest, smoothed);
            if (test.diverged)
                break;
        }
        return {};
    };
    CORE_TRY(proof, aside(engine, work));
    test.digest = proof.after;
    test.suggestions = suggestRates(test.lr, test.smoothed, options.steps);
    return test;
}

}
