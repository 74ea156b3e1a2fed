// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

namespace core::tune {

/// What keeps a study from starting from these parents, by SageMaker's rules: one to five that have ended, the same
/// objective, a parameter of the same type where it is tuned in both, not more than ten that turn from tuned to fixed
/// or back; and with IDENTICAL_DATA_AND_ALGORITHM the same data and algorithm. `experiments`: resolved, of the study
/// and then of each parent, where they are known.
std::vector<base::Error> checkWarmStart(const TuningSpec& spec, const Space& space,
                                        const std::vector<const StudyState*>& parents, const Limits& limits = {},
                                        const std::vector<const base::Value*>& experiments = {});

/// The parents' finished trials as trials that this study learns from: made to fit its ranges with TRANSFER_LEARNING,
/// where a trial that does not fit is left out with IDENTICAL_DATA_AND_ALGORITHM. Their source is `warm_start`, and
/// they count for no number of jobs.
std::vector<Trial> warmStartTrials(const TuningSpec& spec, const Space& space,
                                   const std::vector<const StudyState*>& parents);

/// The best trial of a study: with TRANSFER_LEARNING its own alone, else over its parents too. nullptr without one.
const Trial* bestTrial(const StudyState& study);

}
