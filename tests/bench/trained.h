// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/bench.h"

namespace bench {

/// What a training took.
struct Trained {
    double secondsPerStep = 0;        ///< by the clock
    double trainerSecondsPerStep = 0; ///< of a processor, by the training thread alone: what others do meanwhile counts not
    double bytesPerStep = 0;          ///< of run.h5
    std::string digest;
};

/// An experiment (JSON) with `settings` (by key path), as a run of its own on the CPU.
core::base::Result<Trained> trained(const char* experiment, const core::base::Object& settings);

/// The two that costs are measured on: a network whose step takes a tenth of a millisecond, and one with pictures.
extern const char* const smallMlp;
extern const char* const smallCnn;

/// The same training with and without something, in turns, so that the drift of a shared machine meets both alike:
/// medians of what a step takes, of the share that it costs, and whether the bits are the same.
core::base::Status cost(const std::string& name, const char* experiment, const core::base::Object& with,
                        const core::base::Object& without, core::base::Object& figures);

/// cost() of both.
core::base::Result<core::base::Object> costs(const core::base::Object& with, const core::base::Object& without = {});

}
