// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/tensor_columns.h"

#include <algorithm>
#include <utility>

namespace core::store {

namespace {

constexpr std::size_t maxValues = 1 << 20; // in one block

}

void TensorColumns::add(const events::TensorStats& stats)
{
    const auto set = m_sets.find(stats.set);
    if (set == m_sets.end() || stats.values.empty() ||
        stats.values.size() != set->second.tensors.size() * set->second.statistics.size())
        return;
    std::vector<events::TensorStats>& rows = m_rows[stats.set];
    if (rows.empty())
        m_order.push_back(stats.set);
    rows.push_back(stats);
}

std::vector<TensorBlock> TensorColumns::take()
{
    std::vector<TensorBlock> blocks;
    for (const std::int64_t number : std::exchange(m_order, {})) {
        const events::TensorsNamed& set = m_sets.at(number);
        const std::vector<events::TensorStats> rows = std::move(m_rows.at(number));
        m_rows.erase(number);
        const std::size_t width = set.tensors.size() * set.statistics.size();
        const std::size_t most = std::max<std::size_t>(1, maxValues / width);
        for (std::size_t from = 0; from < rows.size(); from += most) {
            const std::size_t count = std::min(most, rows.size() - from);
            TensorBlock& block = blocks.emplace_back(TensorBlock{set.tensors, set.statistics, {}, {}});
            for (std::size_t row = 0; row < count; ++row)
                block.steps.push_back(rows[from + row].step);
            block.values.resize(count * width);
            for (std::size_t i = 0; i < set.statistics.size(); ++i) {
                const Kept kept = keptAs(set.statistics[i]);
                for (std::size_t row = 0; row < count; ++row)
                    for (std::size_t t = 0; t < set.tensors.size(); ++t)
                        block.at(i, row, t) = asKept(kept, rows[from + row].values[t * set.statistics.size() + i]);
            }
        }
    }
    return blocks;
}

}
