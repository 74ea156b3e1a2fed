// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/array.h"
#include "core/data/tables/table.h"

#include <unordered_map>

namespace core::data {

/// Makes a column of cells that are numbers or texts by nature, by the rules of readTable(): times if all texts are,
/// numbers if more than half of what is there is, else text.
class ColumnBuilder {
public:
    explicit ColumnBuilder(std::string name) : m_name(std::move(name)) {}

    /// Cells of rows that were left out are missing.
    void number(std::int64_t row, double value);
    void text(std::int64_t row, std::string_view value);
    const std::string& name() const { return m_name; }
    Column finish(std::int64_t rows, const TableHints& hints) &&;

private:
    std::string m_name;
    std::vector<double> m_numbers;     // NaN where there is none
    std::vector<std::int32_t> m_codes; // places in m_words; -1 where there is none
    std::vector<std::string> m_words;
    std::unordered_map<std::string, std::int32_t> m_places;

    void growTo(std::int64_t rows);
    bool makeTimes(Column& column) const;
    void makeNumbers(Column& column) const;
    void makeText(Column& column);
};

/// Elements from, from + step, … of an array.
Column columnOf(std::string name, const NumberArray& array, std::int64_t from, std::int64_t step, std::int64_t rows);

}
