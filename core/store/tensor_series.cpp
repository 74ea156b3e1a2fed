// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/tensor_series.h"

#include <algorithm>
#include <limits>

namespace core::store {

void TensorSeries::add(const TensorBlock& block, std::size_t place)
{
    const std::size_t before = steps.size(), rows = block.steps.size();
    steps.insert(steps.end(), block.steps.begin(), block.steps.end());
    for (std::size_t i = 0; i < block.statistics.size(); ++i) {
        const std::string& name = block.statistics[i];
        std::vector<double>& column = columns[name];
        column.resize(before, asKept(name, std::numeric_limits<double>::quiet_NaN()));
        for (std::size_t row = 0; row < rows; ++row)
            column.push_back(block.at(i, row, place));
    }
    for (auto& [name, column] : columns)
        column.resize(steps.size(), asKept(name, std::numeric_limits<double>::quiet_NaN()));
}

void TensorSeries::cut(std::int64_t step)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i] < step) {
            steps[kept] = steps[i];
            for (auto& [name, column] : columns)
                column[kept] = column[i];
            ++kept;
        }
    steps.resize(kept);
    for (auto& [name, column] : columns)
        column.resize(kept);
}

TensorBlock TensorSeries::block(const std::string& name, std::size_t from, std::size_t to) const
{
    const auto slice = [&](const auto& all) {
        return std::decay_t<decltype(all)>(all.begin() + std::ptrdiff_t(from), all.begin() + std::ptrdiff_t(to));
    };
    TensorBlock block{{name}, {}, slice(steps), {}};
    for (const auto& [statistic, column] : columns) {
        block.statistics.push_back(statistic);
        block.values.insert(block.values.end(), column.begin() + std::ptrdiff_t(from),
                            column.begin() + std::ptrdiff_t(to));
    }
    return block;
}

}
