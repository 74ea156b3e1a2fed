// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/columns.h"

#include <map>

namespace core::store {

/// What is recorded of one tensor: statistics by name, each as long as `steps`. What was not taken at a step is NaN, of
/// a count -1.
struct TensorSeries {
    std::vector<std::int64_t> steps; ///< rising
    std::map<std::string, std::vector<double>> columns;

    /// Adds the rows that `block` has of its tensor `place`.
    void add(const TensorBlock& block, std::size_t place);
    /// Drops what lies at or behind `step`.
    void cut(std::int64_t step);
    /// Rows `from … to − 1` as a block of one tensor.
    TensorBlock block(const std::string& name, std::size_t from, std::size_t to) const;
};

using TensorMap = std::map<std::string, TensorSeries>;

}
