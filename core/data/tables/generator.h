// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/source.h"

namespace core::data {

/// The stream from which the generator `name` draws.
base::Draw drawOf(const std::string& name, std::int64_t seed);

/// How many rows to make: `request.data.rows`, else `fallback`. An error for fewer than `fewest`, or for more than fit
/// into memory where each has so many numbers.
base::Result<std::int64_t> rowsToMake(const SourceRequest& request, std::int64_t fallback, std::int64_t fewest,
                                      std::int64_t numbers);

/// An error unless the task is `auto` or one of these.
base::Status checkTask(const SourceRequest& request, const std::vector<std::string>& tasks);

/// A table of columns `x1`, `x2`, … (row-major `values`) and the column to predict, rows and features in an order drawn
/// from `draw`. The names go with the new order, so that a name does not tell what a column is for.
Loaded shuffledTable(const std::string& name, std::int64_t features, const std::vector<double>& values, Column target,
                     const base::Draw& draw);

}
