// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/tensor/memory.h"
#include "core/train/aside.h"
#include "core/train/engine.h"
#include "core/train/finders.h"

#include <algorithm>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

constexpr std::size_t fewestSteps = 3, mostSteps = 50;
constexpr double nearlyFastest = 0.9;
constexpr double longestStep = 20; ///< seconds

std::vector<std::int64_t> sizes(const BatchSearchOptions& options, std::int64_t rows)
{
    std::vector<std::int64_t> all;
    for (std::int64_t size = std::max<std::int64_t>(1, options.from); size <= std::min(options.to, rows); size *= 2)
        all.push_back(size);
    if (all.empty())
        all.push_back(std::min(options.to, rows));
    return all;
}

// One size: a step that warms up and tells the memory, then steps that are timed.
Status measure(Engine& engine, BatchTrial& trial, double seconds)
{
    CORE_CHECK(engine.edit("train.batch_size", trial.batchSize));
    const tensor::PeakMemory peak(engine.learner().device());
    engine.advance();
    trial.bytes = peak.bytes();
    std::vector<double> times;
    const double end = base::steadySeconds() + seconds;
    while (times.size() < fewestSteps || (times.size() < mostSteps && base::steadySeconds() < end)) {
        const double start = base::steadySeconds();
        engine.advance();
        times.push_back(base::steadySeconds() - start);
        if (times.back() > seconds)
            break;
    }
    std::ranges::nth_element(times, times.begin() + std::ptrdiff_t(times.size() / 2));
    trial.secondsPerStep = times[times.size() / 2];
    const double rows = double(trial.batchSize * engine.timeline().plan().accumulate);
    trial.rowsPerSecond = trial.secondsPerStep > 0 ? rows / trial.secondsPerStep : 0;
    return {};
}

void conclude(BatchSearch& search)
{
    double most = 0;
    for (const BatchTrial& trial : search.trials)
        if (trial.fits) {
            most = std::max(most, trial.rowsPerSecond);
            search.largest = std::max(search.largest, trial.batchSize);
        }
    for (const BatchTrial& trial : search.trials)
        if (trial.fits && search.fastest == 0 && trial.rowsPerSecond >= nearlyFastest * most)
            search.fastest = trial.batchSize;
}

}

base::Result<BatchSearch> searchBatchSize(Engine& engine, const BatchSearchOptions& options, const Trying& trying)
{
    if (!engine.learner().takesBatches())
        return Error{ErrorKind::Usage, "this model learns from all rows at once", "/model/kind",
                     "There is no batch size to look for"};
    BatchSearch search;
    search.step = engine.step();
    search.present = engine.timeline().plan().batchSize;
    search.freeBytes = tensor::freeMemory(engine.learner().device());
    const double limit = options.memoryShare * double(search.freeBytes);
    const std::vector<std::int64_t> all =
        sizes(options, std::int64_t(engine.data().rows(data::SplitName::Train).size()));
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (trying && !trying(std::int64_t(i), std::int64_t(all.size())))
            return Error{ErrorKind::Interrupted, "given up", "batch size", {}};
        BatchTrial trial{all[i]};
        // Twice the rows hold at most twice the memory: what cannot fit is not begun.
        if (!search.trials.empty() && limit > 0 && 2 * double(search.trials.back().bytes) > limit) {
            trial.fits = false;
            trial.why = "would hold about " + std::to_string(2 * search.trials.back().bytes >> 20) + " MB";
        } else {
            auto proof = aside(engine, [&](Engine& copy) { return measure(copy, trial, options.seconds); });
            if (!proof && proof.error().kind != ErrorKind::Resource)
                return proof.error();
            trial.fits = bool(proof);
            trial.why = proof ? std::string() : proof.error().message;
            if (proof)
                search.digest = proof->after;
        }
        search.trials.push_back(trial);
        if (!trial.fits || trial.secondsPerStep > longestStep)
            break;
    }
    conclude(search);
    return search;
}

}
