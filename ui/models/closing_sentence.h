// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

namespace ui::models {

/// What a run is judged by: one entry of `epochs`, `training` and `validation` for each evaluation, in order.
/// `training` is the loss of training rows evaluated as validation is; where a run has none, the mean of its steps.
struct RunFigures {
    core::events::RunState state = core::events::RunState::Completed;
    std::vector<double> epochs;
    std::vector<double> training;
    std::vector<double> validation; ///< empty without a validation split
    std::int64_t epochsPlanned = 0;
    std::int64_t step = 0, stepsPlanned = 0;
    std::int64_t patience = 0; ///< 0: early stopping is off
    std::int64_t waited = 0;   ///< evaluations without an improvement so far
    bool restored = false;     ///< the best weights were put back
    double lr = 0;             ///< as set
    std::string lrPath = "train.optimizer.lr";
    double lrMost = 1e300;   ///< that the setting takes
    bool nonFinite = false;  ///< a loss was NaN or infinite
    core::base::Error error; ///< of a failed run
};

enum class Verdict {
    Waiting,   ///< nothing has been evaluated yet
    Improving, ///< live, and the last evaluation is the best
    Stalled,   ///< live, and it is not
    Overfitting,
    StillFalling,
    Settled,
    Unsteady, ///< the loss jumps: the learning rate is too high
    NotLearning,
    Diverged,
    EarlyStopped,
    Stopped,
    Interrupted,
    Failed,
    NoValidation,
};

struct Phrase {
    enum class Weight { Plain, Strong, Problem };

    std::string text;
    Weight weight = Weight::Plain;

    bool operator==(const Phrase&) const = default;
};

/// What the person can do next.
struct NextStep {
    enum class Kind { None, Train, RunAgain, Resume };

    Kind kind = Kind::None;
    std::string label;                                              ///< of the button
    std::vector<std::pair<std::string, core::base::Value>> changes; ///< dotted paths and values, for RunAgain
};

struct Closing {
    Verdict verdict = Verdict::Waiting;
    std::vector<Phrase> phrases;
    NextStep next;

    /// The sentence as plain text.
    std::string text() const;
};

/// The sentence under the curves. Overfitting: since its minimum validation loss rose by 5 % or more while training
/// loss fell. Still falling: the minimum is at the end and the last quarter brought 2 % or more.
Closing closingOf(const RunFigures& figures);
/// The one of a cross-validation: `figures` are means over the folds that have ended, whose validation losses at their
/// ends have this standard deviation.
Closing closingOfFolds(const RunFigures& figures, int folds, double spread);
/// The one of an experiment that has no run in front.
Closing closingBeforeTraining();

}
