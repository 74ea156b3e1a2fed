// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::session {

/// Whether the split has folds and `split.fold` is empty.
bool crossValidated(const base::Value& resolved);

/// How many trainings a cross-validation of this experiment is: 1 unless its split has folds and `split.fold` is empty.
base::Result<std::int64_t> foldsOf(const base::Value& resolved);

/// The experiment of one fold.
base::Value ofFold(const base::Value& resolved, std::int64_t fold);

/// One metric over the folds.
struct FoldMetric {
    std::string name;
    double mean = 0;
    double spread = 0; ///< standard deviation over the folds (n − 1); 0 for one fold
    std::int64_t folds = 0;
};

/// Metrics that every fold has, in the order of the first.
std::vector<FoldMetric> overFolds(const std::vector<std::vector<std::pair<std::string, double>>>& metrics);

}
