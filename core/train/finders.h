// SPDX-License-Identifier: GPL-3.0-or-later
// What is found out by training a little aside: a learning rate, a batch size.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace core::train {

class Engine;

/// Done of all, in whatever is counted; false gives up.
using Trying = std::function<bool(std::int64_t done, std::int64_t all)>;

/// The learning-rate range test (Smith 2015, arXiv:1506.01186) with fastai's defaults.
struct RangeTestOptions {
    double from = 1e-7, to = 10; ///< the rate grows by equal factors
    std::int64_t steps = 100;
    double stopAt = 4; ///< ends once the smoothed loss is this many times its lowest
};

/// A rate that the test speaks for.
struct RateSuggestion {
    std::string name; ///< `valley`, `steepest`, `minimum/10`
    double lr = 0;
};

struct RangeTest {
    std::int64_t step = 0;              ///< updates done when it was made
    std::vector<double> lr;             ///< of each step
    std::vector<double> loss, smoothed; ///< of its batch; as an average with weight 0.98, debiased
    bool diverged = false;              ///< ended early
    std::vector<RateSuggestion> suggestions;
    std::string digest; ///< of weights and optimizer, before and after
};

/// Trains a few steps at rates that grow, aside. Nothing of the engine changes, and that is checked.
base::Result<RangeTest> rangeTest(Engine& engine, const RangeTestOptions& options, const Trying& trying = {});

/// valley: in the middle of the longest descent of the smoothed loss, a little to its right (fastai). steepest: where
/// the loss falls fastest over ln(lr). minimum/10: a tenth of the rate with the lowest loss. The first tenth of the
/// `steps` that were planned and the last five points do not count. None if fewer than three points are left or the
/// loss never falls.
std::vector<RateSuggestion> suggestRates(const std::vector<double>& lr, const std::vector<double>& smoothed,
                                         std::int64_t steps);

struct BatchTrial {
    std::int64_t batchSize = 0;
    double secondsPerStep = 0; ///< median
    double rowsPerSecond = 0;
    std::uint64_t bytes = 0; ///< most that a step held at once, above what was held before it
    bool fits = true;
    std::string why; ///< it does not fit
};

struct BatchSearchOptions {
    std::int64_t from = 8, to = 65536; ///< doubled from one to the next; never more than the training rows
    double seconds = 0.3;              ///< for each size, after a first step that only warms up
    double memoryShare = 0.8;          ///< of what is free
};

struct BatchSearch {
    std::int64_t step = 0, present = 0; ///< updates done; the batch size that is set
    std::vector<BatchTrial> trials;
    std::int64_t fastest = 0;    ///< the smallest size within 10 % of the most rows a second; 0: none fits
    std::int64_t largest = 0;    ///< that was tried and fits
    std::uint64_t freeBytes = 0; ///< on the device, before
    std::string digest;
};

/// Trains a few steps with growing batches, aside, and measures speed and memory.
base::Result<BatchSearch> searchBatchSize(Engine& engine, const BatchSearchOptions& options, const Trying& trying = {});

}
