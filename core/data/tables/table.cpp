// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/table.h"

#include "core/data/formats/cell.h"
#include "core/data/formats/csv_reader.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace core::data {

namespace {

void readTextColumn(const CsvTable& table, std::size_t c, Column& column)
{
    std::unordered_map<std::string_view, std::int32_t> codes;
    std::vector<std::string_view> words;
    column.codes.assign(table.rows(), -1);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view cell = trimmed(table.cell(row, c));
        if (isMissingCell(cell))
            continue;
        const auto [found, added] = codes.try_emplace(cell, std::int32_t(words.size()));
        if (added)
            words.push_back(cell);
        column.codes[row] = found->second;
    }
    std::vector<std::int32_t> order(words.size()), rank(words.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = std::int32_t(i);
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return words[std::size_t(a)] < words[std::size_t(b)]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        rank[std::size_t(order[i])] = std::int32_t(i);
        column.words.emplace_back(words[std::size_t(order[i])]);
    }
    for (std::int32_t& code : column.codes)
        if (code >= 0)
            code = rank[std::size_t(code)];
}

}

static Column readColumn(const CsvTable& table, std::size_t c, bool asText, bool asNumbers)
{
    Column column;
    column.name = table.names()[c];
    column.numbers.assign(table.rows(), std::numeric_limits<double>::quiet_NaN());
    std::size_t numbers = 0, times = 0, present = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view cell = table.cell(row, c);
        if (isMissingCell(cell))
            continue;
        ++present;
        if (const auto number = numberOf(cell, table.delimiter() == ';')) {
            column.numbers[row] = *number;
            ++numbers;
            continue;
        }
        if (const auto time = timeOf(cell)) {
            column.numbers[row] = *time;
            ++times;
        }
        if (column.strayRow < 0) {
            column.strayRow = std::int64_t(row);
            column.stray = std::string(cell);
        }
    }
    if (present > 0)
        column.kind = asText                  ? ColumnKind::Text
                      : times == present      ? ColumnKind::Time
                      : asNumbers             ? ColumnKind::Number
                      : 2 * numbers > present ? ColumnKind::Number
                                              : ColumnKind::Text;
    if (column.kind != ColumnKind::Number)
        column.strayRow = -1;
    for (std::size_t row = 0; times > 0 && column.kind == ColumnKind::Number && row < column.numbers.size(); ++row)
        if (!numberOf(table.cell(row, c), table.delimiter() == ';'))
            column.numbers[row] = std::numeric_limits<double>::quiet_NaN();
    if (column.kind == ColumnKind::Text) {
        column.numbers = {};
        readTextColumn(table, c, column);
    }
    return column;
}

Table readTable(const CsvTable& csv, const TableHints& hints, std::string where, std::string name)
{
    Table table{
        .rows = std::int64_t(csv.rows()), .lines = csv.lines(), .where = std::move(where), .name = std::move(name)};
    table.named = csv.header();
    const auto among = [](const std::vector<std::string>& names, const std::string& column) {
        return std::find(names.begin(), names.end(), column) != names.end();
    };
    for (std::size_t c = 0; c < csv.columns(); ++c)
        table.columns.push_back(
            readColumn(csv, c, among(hints.asText, csv.names()[c]), among(hints.asNumbers, csv.names()[c])));
    return table;
}

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
