// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_header.h"

#include "core/data/formats/cell.h"

#include <set>
#include <string>

namespace core::data {

namespace {

constexpr std::size_t fewestCounted = 3;

bool isValue(std::string_view cell, bool decimalComma)
{
    return numberOf(cell, decimalComma) || timeOf(cell);
}

// 0, 1, 2, … perhaps after an empty cell over the row numbers.
bool countsColumns(const std::vector<std::string_view>& cells)
{
    const std::size_t begin = !cells.empty() && trimmed(cells.front()).empty() ? 1 : 0;
    for (std::size_t c = begin; c < cells.size(); ++c)
        if (trimmed(cells[c]) != std::to_string(c - begin))
            return false;
    return cells.size() >= begin + fewestCounted;
}

bool standsOverValues(std::size_t column, const std::vector<std::vector<std::string_view>>& next, bool decimalComma)
{
    std::size_t values = 0;
    for (const auto& row : next) {
        if (column >= row.size() || isMissingCell(row[column]))
            continue;
        if (!isValue(row[column], decimalComma))
            return false;
        ++values;
    }
    return values > 0;
}

}

bool namesColumns(const std::vector<std::string_view>& first, const std::vector<std::vector<std::string_view>>& next,
                  bool decimalComma)
{
    if (countsColumns(first))
        return true;
    std::set<std::string_view> different;
    bool word = false, value = false, over = false;
    for (std::size_t c = 0; c < first.size(); ++c) {
        const bool missing = isMissingCell(first[c]), is = !missing && isValue(first[c], decimalComma);
        different.insert(trimmed(first[c]));
        value |= is;
        word |= !is && !missing;
        over |= !is && !missing && standsOverValues(c, next, decimalComma);
    }
    return word && (!value || (over && different.size() == first.size()));
}

}
