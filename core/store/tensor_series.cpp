// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/tensor_series.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace core::store {

namespace {

// Blocks of several sets come one after another, though their steps lie between each other's.
void bringInOrder(TensorSeries& series, std::size_t before)
{
    if (before == 0 || before == series.steps.size() || series.steps[before - 1] <= series.steps[before])
        return;
    const auto first =
        std::upper_bound(series.steps.begin(), series.steps.begin() + std::ptrdiff_t(before), series.steps[before]);
    const std::size_t from = std::size_t(first - series.steps.begin());
    std::vector<std::size_t> order(series.steps.size() - from);
    std::iota(order.begin(), order.end(), from);
    std::ranges::stable_sort(order, {}, [&](std::size_t row) { return series.steps[row]; });
    const auto arrange = [&](auto& all) {
        const std::vector was(all.begin() + std::ptrdiff_t(from), all.end());
        for (std::size_t i = 0; i < order.size(); ++i)
            all[from + i] = was[order[i] - from];
    };
    arrange(series.steps);
    for (auto& [name, column] : series.columns)
        arrange(column);
}

}

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
    bringInOrder(*this, before);
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
