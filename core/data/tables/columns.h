// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/scaling.h"
#include "core/data/source.h"

#include <span>

namespace core::data {

/// What the values of one column are like: a feature, or all of the pixels.
struct ColumnFacts {
    static constexpr std::size_t keptRows = 10;

    std::int64_t present = 0; ///< finite values
    std::int64_t missing = 0, infinite = 0;
    std::vector<std::int64_t> missingRows, infiniteRows; ///< the first few
    float min = 0, max = 0;                              ///< of the finite values
};

/// Rows marked in `dropped` do not count. One entry a feature of a table, one for all pixels of images. `inputs` [rows,
/// …]; bytes have no missing values.
std::vector<ColumnFacts> columnFacts(const at::Tensor& inputs, const std::vector<std::uint8_t>& dropped = {});
/// The same of targets, all steps of a row together; a class below 0 is missing. Nothing where there are none.
ColumnFacts targetFacts(const at::Tensor& targets, const std::vector<std::uint8_t>& dropped = {});

/// An error that names the first value that is missing, or infinite, by row, column and line. None: fine.
base::Status refuseMissing(const Loaded& loaded, const std::string& advice);
base::Status refuseInfinite(const Loaded& loaded);

/// Whether row `row` has a missing input.
bool hasMissing(const at::Tensor& inputs, std::int64_t row);

/// What stands in for missing values, from the rows given: `mean`, `median` or `most_frequent` (the smallest of equals)
/// of each feature. Of columns made of one text column (`colour=red`), median and most_frequent take the most frequent
/// text. An error names a feature without any value in these rows.
base::Result<std::vector<float>> fillsFor(const at::Tensor& inputs, const DatasetInfo& info,
                                          std::span<const std::int64_t> rows, const std::string& missing);
/// Replaces every NaN of feature f by `fills[f]`.
void fillMissing(at::Tensor& inputs, const std::vector<float>& fills);

/// `standard`: mean and 1 / standard deviation (of the population, as scikit-learn's StandardScaler); `minmax`: minimum
/// and 1 / range; `none`: 0 and 1. A constant feature keeps scale 1. From the rows given, NaN left out. `given`:
/// data.mean and 1 / data.std; an error if they are not one number, or one for each feature or channel.
base::Result<Scaling> scalingFor(const at::Tensor& inputs, std::span<const std::int64_t> rows,
                                 const spec::DataSpec& data);

}
