// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/columns.h"

namespace core::data {

/// All rows of a data set, before anything is filled, and how they were divided.
struct Examined {
    const DatasetInfo& info;
    const at::Tensor& inputs; ///< [rows + test rows, …]
    const at::Tensor& targets;
    const std::vector<ColumnFacts>& inputFacts;
    const ColumnFacts& targetFacts;
    const std::array<std::vector<std::int64_t>, 3>& parts; ///< train, validation, test
};

/// What spoils a training, in this order: missing_values, infinite_values, constant_column, duplicate_rows (within the
/// data, and from training to the other parts), class_imbalance (one class has more than 10 times the rows of
/// another), target_leakage (a column that alone tells the target: |r| > 0.999, the same share of its variance
/// explained by the class, or each of few values in one class only). Above 200,000 rows the last and the duplicates are
/// looked for among 200,000 of them.
std::vector<Problem> examine(const Examined& data);

}
