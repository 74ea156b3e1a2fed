// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/left_out.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::size_t listedRows = 10;

}

void LeftOut::add(std::int64_t row, const std::string& why)
{
    std::lock_guard lock(m_mutex);
    if (!m_rows.insert(row).second)
        return;
    if (m_first.empty())
        m_example = why;
    if (m_first.size() < listedRows)
        m_first.push_back(row);
    m_any.store(true, std::memory_order_release);
}

std::vector<std::int64_t> LeftOut::others(std::span<const std::int64_t> rows) const
{
    std::vector<std::int64_t> left;
    left.reserve(rows.size());
    std::lock_guard lock(m_mutex);
    for (const std::int64_t row : rows)
        if (!m_rows.contains(row))
            left.push_back(row);
    return left;
}

std::vector<Problem> LeftOut::problems() const
{
    std::lock_guard lock(m_mutex);
    if (m_rows.empty())
        return {};
    const std::size_t count = m_rows.size();
    std::vector<std::int64_t> first = m_first;
    std::sort(first.begin(), first.end());
    return {{.kind = "left_out_rows",
             .column = {},
             .rows = std::move(first),
             .count = std::int64_t(count),
             .message = std::to_string(count) + (count == 1 ? " row was" : " rows were") +
                        " left out while streaming (" + m_example + ")",
             .remedy = "Mend or remove these rows",
             .effect = "Batches that had them are smaller"}};
}

}
