// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/table.h"

#include <algorithm>

namespace core::data {

Column numberColumn(std::string name, std::vector<double> numbers)
{
    return {.name = std::move(name), .kind = ColumnKind::Number, .numbers = std::move(numbers)};
}

Column timeColumn(std::string name, std::vector<double> seconds)
{
    return {.name = std::move(name), .kind = ColumnKind::Time, .numbers = std::move(seconds)};
}

Column textColumn(std::string name, const std::vector<std::string>& cells)
{
    Column column{.name = std::move(name), .kind = ColumnKind::Text};
    column.words = cells;
    std::sort(column.words.begin(), column.words.end());
    column.words.erase(std::unique(column.words.begin(), column.words.end()), column.words.end());
    if (!column.words.empty() && column.words.front().empty())
        column.words.erase(column.words.begin());
    for (const std::string& cell : cells) {
        const auto found = std::lower_bound(column.words.begin(), column.words.end(), cell);
        column.codes.push_back(cell.empty() ? -1 : std::int32_t(found - column.words.begin()));
    }
    return column;
}

const Column* Table::find(std::string_view name) const
{
    for (const Column& column : columns)
        if (column.name == name)
            return &column;
    return nullptr;
}

std::vector<std::string> Table::names() const
{
    std::vector<std::string> all;
    for (const Column& column : columns)
        all.push_back(column.name);
    return all;
}

}
