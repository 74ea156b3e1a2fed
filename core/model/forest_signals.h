// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/forest.h"

namespace core::model {

/// What there is to see of a growing forest, under SageMaker Debugger's names.
///
/// `feature_importance/<type>/f<i>`, one number each, as XGBoost's get_score() has it (0 where a feature is never asked
/// for): `weight` how many splits ask for the feature, `total_gain` and `total_cover` the sums of what these splits
/// gain and of the second derivatives of the rows that come by, `gain` and `cover` their means. `trees/Node`: the ids
/// of the nodes of the last round's trees, from 0 in each; `trees/Depth`: of each the splits that lie one behind the
/// other.
std::vector<tensor::NamedTensor> signalsOf(const Forest& forest, std::int64_t features);

}
