// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/scalar_columns.h"

#include <algorithm>
#include <unordered_map>

namespace core::store {

namespace {

constexpr std::size_t mostScalarRows = 65536;

}

std::string ScalarColumns::nameOf(std::size_t group, std::size_t place) const
{
    if (group < m_groups.size() && place < m_groups[group].size())
        return m_groups[group][place];
    return "group" + std::to_string(group) + '/' + std::to_string(place);
}

std::vector<ScalarBlock> ScalarColumns::blocks(const events::ScalarRow* rows, std::size_t count) const
{
    std::vector<ScalarBlock> blocks;
    std::unordered_map<std::uint16_t, std::size_t> open; // the block to which a group's next row goes
    for (const events::ScalarRow* row = rows; row != rows + count; ++row) {
        const std::size_t width = std::min<std::size_t>(row->count, events::ScalarRow::capacity);
        const auto [found, isNew] = open.try_emplace(row->group, blocks.size());
        if (!isNew &&
            (blocks[found->second].names.size() != width || blocks[found->second].steps.size() == mostScalarRows))
            found->second = blocks.size();
        if (found->second == blocks.size()) {
            ScalarBlock& block = blocks.emplace_back();
            block.columns.resize(width);
            for (std::size_t i = 0; i < width; ++i)
                block.names.push_back(nameOf(row->group, i));
        }
        ScalarBlock& block = blocks[found->second];
        block.steps.push_back(row->step);
        block.times.push_back(roundTime(row->time));
        for (std::size_t i = 0; i < width; ++i)
            block.columns[i].push_back(row->values[i]);
    }
    return blocks;
}

}
