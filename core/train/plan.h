// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/batch_range.h"
#include "core/spec/experiment.h"

namespace core::train {

/// The steps calculator: from rows and settings to batches, steps and epochs. Never a fraction of a step.
struct StepPlan {
    std::int64_t batchSize = 1;
    std::int64_t batchesPerEpoch = 1; ///< ⌈rows / batch⌉, or ⌊rows / batch⌋ with drop_last
    std::int64_t stepsPerEpoch = 1;   ///< ⌈batches / accumulate⌉
    std::int64_t totalSteps = 1;      ///< epochs × steps per epoch, or `train.steps`
    std::int64_t accumulate = 1;
};

/// An error if nothing is left to train on (drop_last with fewer rows than a batch).
base::Result<StepPlan> planSteps(const spec::TrainSpec& train, std::int64_t rows);

/// Which rows each step takes. As long as nothing is edited that is the plan, over and over; a change of the batch
/// size, of accumulation or of the rows between two steps begins a stretch that goes on in the same epoch.
class Timeline {
public:
    Timeline() = default;
    static base::Result<Timeline> make(const spec::TrainSpec& train, std::int64_t rows);

    /// From step `step` on the settings are these. `newRows`: other data, so that the epoch's order begins anew.
    base::Status change(std::int64_t step, const spec::TrainSpec& train, std::int64_t rows, bool newRows);

    /// The batches whose gradients update `step` averages.
    std::vector<data::BatchRange> batchesOf(std::int64_t step) const;
    /// Whole epochs before update `step`.
    std::int64_t epochOf(std::int64_t step) const { return placeOf(step).epoch; }
    /// Epochs before update `step`, as a fraction.
    double epochsAt(std::int64_t step) const;
    bool epochEndsAt(std::int64_t stepsDone) const;

    /// Of the newest stretch.
    const StepPlan& plan() const { return m_plan; }
    std::int64_t totalSteps() const { return m_totalSteps; }
    /// What a schedule over `plan()` takes for update `step`: the step itself unless the run was edited.
    std::int64_t scheduleStep(std::int64_t step) const;

    base::Value state() const;
    /// Takes over the stretches of a saved state; the newest must agree with `train`.
    void load(const base::Value& state, const spec::TrainSpec& train);

private:
    struct Stretch {
        std::int64_t firstStep = 0, firstEpoch = 0, firstRow = 0;
        std::int64_t rows = 1, batchSize = 1, accumulate = 1, dropLast = 0;

        std::int64_t rowsAStep() const { return batchSize * accumulate; }
        /// Rows of an epoch that are used when it is begun at `from`.
        std::int64_t usable(std::int64_t from) const;
        std::int64_t stepsFrom(std::int64_t row) const;
    };
    struct Place {
        std::int64_t epoch = 0, row = 0;
    };

    const Stretch& stretchOf(std::int64_t step) const;
    static Place placeIn(const Stretch& stretch, std::int64_t step);
    Place placeOf(std::int64_t step) const { return placeIn(stretchOf(step), step); }
    void findEnd(const spec::TrainSpec& train);

    StepPlan m_plan;
    std::vector<Stretch> m_stretches{1};
    std::int64_t m_totalSteps = 1;
    bool m_bySteps = false;
};

}
