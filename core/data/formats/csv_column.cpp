// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_column.h"

#include "core/data/formats/cell.h"

#include <limits>

namespace core::data {

namespace {

constexpr double noNumber = std::numeric_limits<double>::quiet_NaN();
// Words of a column that starts with a text are given up from here on if they are numbers nearly all.
constexpr std::size_t manyWords = 4096;

}

CsvColumn::CsvColumn(std::string name, const CsvColumnHints& hints) : m_name(std::move(name)), m_hints(hints)
{
    if (hints.asText)
        m_forced = ColumnKind::Text;
}

CsvColumn CsvColumn::again(ColumnKind kind) const
{
    CsvColumn column(m_name, m_hints);
    column.m_forced = kind;
    return column;
}

void CsvColumn::reserve(std::size_t rows)
{
    m_numbers.reserve(m_keeps == ColumnKind::Text ? 0 : rows);
}

CsvColumn::Cell CsvColumn::read(std::string_view cell) const
{
    if (isMissingCell(cell))
        return {};
    if (m_keeps == ColumnKind::Time)
        if (const auto time = timeOf(cell))
            return {Reads::Time, *time};
    if (const auto number = numberOf(cell, m_hints.decimalComma))
        return {Reads::Number, *number};
    if (const auto time = timeOf(cell))
        return {Reads::Time, *time};
    return {Reads::Text, noNumber};
}

void CsvColumn::decide(Reads first)
{
    m_keeps = m_forced                 ? *m_forced
              : first == Reads::Number ? ColumnKind::Number
              : first == Reads::Time   ? ColumnKind::Time
              : m_hints.asNumbers      ? ColumnKind::Number
                                       : ColumnKind::Text;
    // All rows before are missing.
    if (m_keeps == ColumnKind::Text) {
        m_codes.assign(m_numbers.size(), -1);
        m_numbers = {};
    }
}

void CsvColumn::count(std::size_t row, std::string_view cell, Reads reads)
{
    m_times += reads == Reads::Time;
    m_texts += reads == Reads::Text;
    // Of words they are found later, if they turn out to be strays; times are kept to be times only.
    if (reads != Reads::Number && m_keeps == ColumnKind::Number)
        m_strays.push_back({std::int64_t(row), std::string(trimmed(cell))});
}

CsvColumn::Cell CsvColumn::putWord(std::size_t row, std::string_view cell)
{
    const std::string_view word = trimmed(cell);
    if (isMissingCell(word))
        return {};
    const std::int32_t place = m_words.placeOf(word);
    if (std::size_t(place) == m_meanings.size())
        m_meanings.push_back(m_hints.asText ? Cell{Reads::Text, noNumber} : read(word));
    m_codes[row] = place;
    return m_meanings[std::size_t(place)];
}

void CsvColumn::put(std::size_t row, std::string_view cell)
{
    const Cell found = m_keeps == ColumnKind::Text ? putWord(row, cell) : read(cell);
    if (found.reads == Reads::Missing) {
        ++m_missing;
        return;
    }
    if (m_keeps == ColumnKind::Empty) {
        decide(found.reads);
        if (m_keeps == ColumnKind::Text)
            putWord(row, cell);
    }
    count(row, cell, found.reads);
    if ((m_keeps == ColumnKind::Number && found.reads == Reads::Number) ||
        (m_keeps == ColumnKind::Time && found.reads == Reads::Time))
        m_numbers[row] = found.value;
}

void CsvColumn::add(std::string_view cell)
{
    if (m_keeps == ColumnKind::Text)
        m_codes.push_back(-1);
    else
        m_numbers.push_back(noNumber);
    put(m_rows++, cell);
}

void CsvColumn::add(const char* text, const std::vector<CellPlace>& cells)
{
    const auto cellAt = [&](std::size_t i) {
        return std::string_view(text + cells[i].begin, cells[i].end - cells[i].begin);
    };
    std::size_t i = 0;
    for (; i < cells.size() && m_keeps != ColumnKind::Number; ++i) {
        add(cellAt(i));
        if (m_keeps == ColumnKind::Text && !m_forced && m_words.words().size() >= manyWords &&
            4 * (m_times + m_texts) < present())
            keepNumbersAfterAll();
    }
    if (i == cells.size())
        return;
    const std::span<const CellPlace> rest = std::span(cells).subspan(i);
    const std::size_t first = m_rows;
    m_rows += rest.size();
    m_numbers.resize(m_rows, noNumber);
    readPlainNumbers(text, rest, m_hints.decimalComma ? ',' : '.', m_numbers.data() + first, m_left);
    for (const std::uint32_t left : m_left)
        put(first + left, cellAt(i + left));
}

void CsvColumn::keepNumbersAfterAll()
{
    m_numbers.assign(m_rows, noNumber);
    for (std::size_t row = 0; row < m_rows; ++row) {
        if (m_codes[row] < 0)
            continue;
        const std::size_t word = std::size_t(m_codes[row]);
        if (m_meanings[word].reads == Reads::Number)
            m_numbers[row] = m_meanings[word].value;
        else
            m_strays.push_back({std::int64_t(row), std::string(m_words.words()[word])});
    }
    m_keeps = ColumnKind::Number;
    m_codes = {};
    m_words = {};
    m_meanings = {};
}

ColumnKind CsvColumn::kind() const
{
    return present() == 0              ? ColumnKind::Empty
           : m_hints.asText            ? ColumnKind::Text
           : m_times == present()      ? ColumnKind::Time
           : m_hints.asNumbers         ? ColumnKind::Number
           : 2 * numbers() > present() ? ColumnKind::Number
                                       : ColumnKind::Text;
}

bool CsvColumn::kept() const
{
    return kind() == m_keeps || (m_keeps == ColumnKind::Text && kind() == ColumnKind::Number);
}

Column CsvColumn::textColumn() &&
{
    Column column{.name = std::move(m_name), .kind = ColumnKind::Text, .codes = std::move(m_codes)};
    std::vector<std::int32_t> ranks;
    column.words = std::move(m_words).sorted(ranks);
    for (std::int32_t& code : column.codes)
        if (code >= 0)
            code = ranks[std::size_t(code)];
    return column;
}

Column CsvColumn::finish() &&
{
    const ColumnKind kind = this->kind();
    if (kind == ColumnKind::Text)
        return std::move(*this).textColumn();
    if (m_keeps == ColumnKind::Text)
        keepNumbersAfterAll();
    Column column{.name = std::move(m_name), .kind = kind, .numbers = std::move(m_numbers)};
    if (kind == ColumnKind::Number)
        column.strays = std::move(m_strays);
    return column;
}

}
