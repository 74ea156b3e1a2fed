// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_measure.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/session/folds.h"
#include "core/session/inspect.h"
#include "core/tensor/device.h"
#include "core/train/engine.h"
#include "core/train/threads.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <thread>

namespace core::session {

using base::Result;
using base::Value;
using Tried = tune::MachineShare::Tried;

namespace {

constexpr double splitSeconds = 0.15; ///< for each number of threads
constexpr double stepsSeconds = 0.3;  ///< for whole steps, data included
constexpr double fusedSeconds = 0.03; ///< for whole steps of a network in one kernel: there are thousands
constexpr double startSeconds = 0.5;  ///< of the worker's program, LibTorch loaded

// So many trainings at once, each in a thread of its own. → steps a second of all of them.
double stepsPerSecond(const train::Engine& engine, std::int64_t threads, std::int64_t atOnce, bool together)
{
    std::vector<double> seconds(std::size_t(together ? atOnce : 1), 0);
    {
        std::vector<std::jthread> all;
        for (double& each : seconds)
            all.emplace_back([&engine, &each, threads] {
                try {
                    const auto cost = train::measureSteps(engine.experiment(), engine.data().info(),
                                                          engine.timeline().plan(), "cpu", threads, splitSeconds);
                    if (cost)
                        each = cost->secondsPerStep;
                } catch (const std::exception&) {
                    // This split cannot be had; another one can.
                }
            });
    }
    double sum = 0;
    for (const double each : seconds)
        sum += each > 0 ? 1 / each : 0;
    return together ? sum : sum * double(atOnce);
}

tune::MachineShare shareOfCores(const train::Engine& engine, const Value& resolved, std::int64_t parallel)
{
    tune::MachineShare share{coresHere(), parallel};
    const std::int64_t wanted = engine.experiment().train.threads.toInt(0);
    const auto model = previewModel(resolved, engine.data().info());
    const auto atOnce = [&](std::int64_t threads) {
        return std::clamp<std::int64_t>(share.cores / threads, 1, std::max<std::int64_t>(1, parallel));
    };
    std::vector<std::int64_t> candidates{wanted};
    if (wanted <= 0) {
        candidates.clear();
        for (std::int64_t n = 1; n < share.cores; n *= 2)
            candidates.push_back(n);
        candidates.push_back(share.cores);
    }
    for (const std::int64_t threads : candidates) {
        const std::int64_t many = atOnce(threads);
        // Copies that would fill the memory are not made to see how fast they are.
        const double bytes = model ? double(model->bytes) * double(many) : 0;
        const bool together = bytes < double(tensor::devices().front().freeBytes) / 2;
        share.tried.push_back({threads, many, stepsPerSecond(engine, threads, many, together)});
    }
    const Tried best = bestSplit(share.tried);
    share.threads = best.threads;
    share.atOnce = best.atOnce;
    share.why = wanted > 0 ? "train.threads" : "measured";
    return share;
}

// Whole steps with their data: the first only warms up, unless it takes all the time.
double secondsPerStep(train::Engine& engine, double budget)
{
    const double start = base::steadySeconds();
    engine.advance();
    double begin = base::steadySeconds();
    if (begin - start >= budget || engine.timeline().totalSteps() < 2)
        return begin - start;
    std::int64_t steps = 0;
    while (engine.step() < engine.timeline().totalSteps() && base::steadySeconds() - begin < budget) {
        engine.advance();
        ++steps;
    }
    return (base::steadySeconds() - begin) / double(std::max<std::int64_t>(1, steps));
}

}

namespace {

std::int64_t countCores()
{
    auto cores = std::int64_t(std::max(1u, std::thread::hardware_concurrency()));
    // Of a control group: the time that it may use, and in which time.
    if (const auto text = base::readFile("/sys/fs/cgroup/cpu.max", 100)) {
        std::istringstream in(*text);
        double quota = 0, period = 0;
        if (in >> quota >> period && quota > 0 && period > 0)
            cores = std::clamp<std::int64_t>(std::int64_t(std::ceil(quota / period)), 1, cores);
    }
    return cores;
}

}

std::int64_t coresHere()
{
    // A coordinator asks at every word of its workers.
    static const std::int64_t cores = countCores();
    return cores;
}

Tried bestSplit(const std::vector<Tried>& tried)
{
    const double most =
        std::ranges::max_element(tried, {}, [](const Tried& each) { return each.stepsPerSecond; })->stepsPerSecond;
    return *std::ranges::find_if(tried, [&](const Tried& each) { return each.stepsPerSecond >= 0.95 * most; });
}

Result<TrialMeasure> measureTrial(const Value& resolved, std::int64_t parallel, const std::string& device, bool measure)
{
    TrialMeasure found;
    CORE_TRY(folds, foldsOf(resolved));
    CORE_TRY(where, tensor::resolveDevice(device));
    const double start = base::steadySeconds();
    const std::int64_t wanted = resolved["train"]["threads"].toInt(0);
    CORE_TRY(engine, train::Engine::make(folds > 1 ? ofFold(resolved, 0) : resolved, measure ? where : "cpu", nullptr,
                                         std::max<std::int64_t>(1, wanted)));
    found.metrics = engine->evaluationNames();
    found.metrics.insert(found.metrics.begin(), "train/loss");
    if (!measure)
        return found;
    CORE_CHECK(engine->initialize());
    found.prepareSeconds = startSeconds + base::steadySeconds() - start;
    const bool fused = resolved["model"]["fused"].toBool(false), onCores = where == "cpu" && !fused;
    if (fused)
        found.share = {coresHere(),
                       parallel,
                       1,
                       std::min(coresHere(), parallel),
                       wanted > 0 ? "train.threads" : "a kernel uses one thread",
                       {}};
    else if (onCores)
        found.share = shareOfCores(*engine, resolved, parallel);
    else
        found.share = {coresHere(), parallel, std::max<std::int64_t>(1, coresHere() / parallel), parallel, where, {}};
    // What was measured of steps alone says by how much the share changes a whole one.
    double alone = 0;
    if (onCores)
        alone = 1 / std::max(1e-9, stepsPerSecond(*engine, std::max<std::int64_t>(1, wanted), 1, true));
    train::useThreads(engine->threads());
    found.stepSeconds = secondsPerStep(*engine, fused ? fusedSeconds : stepsSeconds);
    if (onCores) {
        const double all = bestSplit(found.share.tried).stepsPerSecond;
        if (all > 0)
            found.stepSeconds = std::max(0.0, found.stepSeconds - alone) + double(found.share.atOnce) / all;
    }
    const double begin = base::steadySeconds();
    engine->judge();
    found.judgeSeconds = base::steadySeconds() - begin;
    found.steps = engine->timeline().totalSteps();
    found.judgements = std::max<std::int64_t>(1, found.steps / engine->timeline().plan().stepsPerEpoch);
    found.seconds = double(std::max<std::int64_t>(1, folds)) *
                        (double(found.steps) * found.stepSeconds + double(found.judgements) * found.judgeSeconds) +
                    found.prepareSeconds;
    return found;
}

std::string inWords(const tune::MachineShare& share)
{
    std::string text = std::to_string(share.atOnce) + (share.atOnce == 1 ? " trial" : " trials") + " at once with " +
                       std::to_string(share.threads) + (share.threads == 1 ? " thread" : " threads") + " each, of " +
                       std::to_string(share.cores) + (share.cores == 1 ? " core" : " cores") + " (" + share.why;
    for (std::size_t i = 0; i < share.tried.size(); ++i)
        text += (i == 0 ? ": " : ", ") + std::to_string(share.tried[i].atOnce) + " × " +
                std::to_string(share.tried[i].threads) + " gives " +
                std::to_string(std::llround(share.tried[i].stepsPerSecond)) + " steps/s";
    return text + ")";
}

}
