// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <span>
#include <string_view>

namespace core::tensor {

/// What one pass over a tensor tells. As NumPy has it: a NaN makes a NaN of all but the counts, and of no elements at
/// all there is neither a mean nor a least. `std` has ddof 0.
struct Statistics {
    std::int64_t count = 0, zeros = 0, nan = 0, inf = 0;
    double min = 0, max = 0, mean = 0, std = 0;
    double absMean = 0, absMax = 0, l2 = 0;
};

/// Of each tensor, where it lives; from a device all come in one transfer.
std::vector<Statistics> statisticsOf(std::span<const at::Tensor> tensors);
/// The same into a vector that is there already.
void takeStatistics(std::span<const at::Tensor> tensors, std::vector<Statistics>& all);
inline Statistics statisticsOf(const at::Tensor& tensor)
{
    return statisticsOf(std::span(&tensor, 1)).front();
}

/// Takes a statistic by its name: `mean`, `l1`, `abs_std`, …; `median` and the like go over the tensor again.
using TakeStatistic = double (*)(const Statistics& known, const at::Tensor& tensor);
/// Null for a name that is none.
TakeStatistic statisticNamed(std::string_view name);

/// How many of the finite elements lie in each of `bins` equal parts between the least and the greatest; the last part
/// holds its upper end. Parts of no width: all are in the first.
struct Histogram {
    double low = 0, high = 0;
    std::vector<std::int64_t> counts;
};
Histogram histogramOf(const at::Tensor& tensor, std::size_t bins);

/// The same for whoever knows the statistics already: fills `counts`, and of more than `most` elements looks at as many
/// that lie evenly apart.
struct Span {
    double low = 0, high = 0;
};
Span countInto(const at::Tensor& tensor, const Statistics& known, std::span<std::uint32_t> counts, std::int64_t most);

}
