// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/plan.h"

#include <algorithm>

namespace core::train {

base::Result<StepPlan> planSteps(const spec::TrainSpec& train, std::int64_t rows)
{
    using base::Error;
    using base::ErrorKind;
    if (rows < 1)
        return Error{ErrorKind::Data, "no rows to train on", "/split/train", "Give the training split a larger share"};
    StepPlan plan;
    plan.batchSize = train.batchSize.isText() ? rows : std::min(rows, train.batchSize.toInt(32));
    const std::int64_t asked = train.batchSize.isText() ? rows : train.batchSize.toInt(32);
    plan.batchesPerEpoch = train.dropLast ? rows / asked : (rows + asked - 1) / asked;
    if (plan.batchesPerEpoch == 0)
        return Error{ErrorKind::Spec,
                     "drop_last leaves nothing: " + std::to_string(rows) + " rows are less than one batch of " +
                         std::to_string(asked),
                     "/train/drop_last", "Use a smaller batch_size or keep the last batch"};
    plan.accumulate = train.accumulate;
    plan.stepsPerEpoch = (plan.batchesPerEpoch + train.accumulate - 1) / train.accumulate;
    plan.totalSteps = train.steps.value_or(train.epochs * plan.stepsPerEpoch);
    return plan;
}

}
