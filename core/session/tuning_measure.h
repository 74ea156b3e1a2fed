// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

namespace core::session {

/// Processors that this process may use: those of its affinity, and no more than its control group allows.
std::int64_t coresHere();

/// One trial of an experiment, from a few steps of it.
struct TrialMeasure {
    tune::MachineShare share;
    double prepareSeconds = 0; ///< until the first step: the program, the data, the network
    double stepSeconds = 0;    ///< of a step, with as many trials beside it as the share says
    double judgeSeconds = 0;   ///< of an evaluation
    std::int64_t steps = 0, judgements = 0;
    double seconds = 0;               ///< of the whole trial, all folds
    std::vector<std::string> metrics; ///< that a run of it records
};

/// Trains a few steps on `device`, of as many copies at once as are to run, with 1, 2, 4 … threads each: the split of
/// the cores with the most steps a second is the share. A number of threads in the experiment stands. `measure` false:
/// takes the metrics alone. The data are opened once.
base::Result<TrialMeasure> measureTrial(const base::Value& resolved, std::int64_t parallel, const std::string& device,
                                        bool measure = true);

/// The best of what was tried: the most steps a second, and of those within 5 % of it the fewest threads a trial.
/// `tried` is not empty; ascending threads.
tune::MachineShare::Tried bestSplit(const std::vector<tune::MachineShare::Tried>& tried);

/// `2 trials at once with 1 thread each, of 2 cores (measured: …)`.
std::string inWords(const tune::MachineShare& share);

}
