// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/column_builder.h"

#include "core/data/formats/cell.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace core::data {

void ColumnBuilder::growTo(std::int64_t rows)
{
    if (std::int64_t(m_numbers.size()) < rows) {
        m_numbers.resize(std::size_t(rows), std::numeric_limits<double>::quiet_NaN());
        m_codes.resize(std::size_t(rows), -1);
    }
}

void ColumnBuilder::number(std::int64_t row, double value)
{
    growTo(row + 1);
    m_numbers[std::size_t(row)] = value;
}

void ColumnBuilder::text(std::int64_t row, std::string_view value)
{
    const std::string_view cell = trimmed(value);
    if (isMissingCell(cell))
        return;
    growTo(row + 1);
    const auto [found, added] = m_places.try_emplace(std::string(cell), std::int32_t(m_words.size()));
    if (added)
        m_words.emplace_back(cell);
    m_codes[std::size_t(row)] = found->second;
}

bool ColumnBuilder::makeTimes(Column& column) const
{
    std::vector<double> times(m_words.size());
    for (std::size_t i = 0; i < m_words.size(); ++i) {
        const auto time = timeOf(m_words[i]);
        if (!time)
            return false;
        times[i] = *time;
    }
    column.kind = ColumnKind::Time;
    column.numbers = m_numbers;
    for (std::size_t row = 0; row < m_codes.size(); ++row)
        if (m_codes[row] >= 0)
            column.numbers[row] = times[std::size_t(m_codes[row])];
    return true;
}

void ColumnBuilder::makeNumbers(Column& column) const
{
    column.kind = ColumnKind::Number;
    column.numbers = m_numbers;
    for (std::size_t row = 0; row < m_codes.size(); ++row) {
        if (m_codes[row] < 0)
            continue;
        const std::string& word = m_words[std::size_t(m_codes[row])];
        if (const auto value = numberOf(word))
            column.numbers[row] = *value;
        else
            column.strays.push_back({std::int64_t(row), word});
    }
}

void ColumnBuilder::makeText(Column& column)
{
    column.kind = ColumnKind::Text;
    for (std::size_t row = 0; row < m_numbers.size(); ++row)
        if (!std::isnan(m_numbers[row]))
            text(std::int64_t(row), textOf(m_numbers[row]));
    std::vector<std::int32_t> order(m_words.size()), rank(m_words.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [this](auto a, auto b) { return m_words[std::size_t(a)] < m_words[std::size_t(b)]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        rank[std::size_t(order[i])] = std::int32_t(i);
        column.words.push_back(m_words[std::size_t(order[i])]);
    }
    column.codes = m_codes;
    for (std::int32_t& code : column.codes)
        if (code >= 0)
            code = rank[std::size_t(code)];
}

Column ColumnBuilder::finish(std::int64_t rows, const TableHints& hints) &&
{
    growTo(rows);
    Column column{.name = m_name};
    const auto among = [this](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), m_name) != names.end();
    };
    std::int64_t numbers = 0, texts = 0;
    for (std::size_t row = 0; row < m_codes.size(); ++row) {
        const bool asNumber = m_codes[row] >= 0 && numberOf(m_words[std::size_t(m_codes[row])]);
        if (!std::isnan(m_numbers[row]) || asNumber)
            ++numbers;
        else if (m_codes[row] >= 0)
            ++texts;
    }
    if (numbers + texts == 0)
        column.numbers = m_numbers;
    else if (among(hints.asText))
        makeText(column);
    else if (numbers > 0 || !makeTimes(column)) {
        if (among(hints.asNumbers) || numbers > texts)
            makeNumbers(column);
        else
            makeText(column);
    }
    return column;
}

Column columnOf(std::string name, const NumberArray& array, std::int64_t from, std::int64_t step, std::int64_t rows)
{
    ColumnBuilder builder(std::move(name));
    for (std::int64_t row = 0; row < rows; ++row)
        if (array.element == Element::Text)
            builder.text(row, array.texts[std::size_t(from + row * step)]);
        else
            builder.number(row, array.at(from + row * step));
    return std::move(builder).finish(rows, {});
}

}
