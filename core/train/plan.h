// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/spec/experiment.h"

namespace core::train {

/// The steps calculator: from rows and settings to batches, steps and epochs. Never a fraction of a step.
struct StepPlan {
    std::int64_t batchSize = 1;
    std::int64_t batchesPerEpoch = 1; ///< ⌈rows / batch⌉, or ⌊rows / batch⌋ with drop_last
    std::int64_t stepsPerEpoch = 1;   ///< ⌈batches / accumulate⌉
    std::int64_t totalSteps = 1;      ///< epochs × steps per epoch, or `train.steps`
    std::int64_t accumulate = 1;

    std::int64_t epochOf(std::int64_t step) const { return step / stepsPerEpoch; }
    bool epochEndsAt(std::int64_t stepsDone) const { return stepsDone > 0 && stepsDone % stepsPerEpoch == 0; }
};

/// An error if nothing is left to train on (drop_last with fewer rows than a batch).
base::Result<StepPlan> planSteps(const spec::TrainSpec& train, std::int64_t rows);

}
