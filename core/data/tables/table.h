// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace core::data {

enum class ColumnKind { Empty, Number, Time, Text };

struct StrayCell {
    std::int64_t row = 0;
    std::string text;
    bool operator==(const StrayCell&) const = default;
};

/// A column of a table by what its cells hold.
struct Column {
    std::string name;
    ColumnKind kind = ColumnKind::Empty;
    std::vector<double> numbers;     ///< Number, and Time in seconds since 1970; NaN where missing
    std::vector<std::int32_t> codes; ///< Text: places in `words`; -1 where missing
    std::vector<std::string> words;  ///< Text: what occurs, sorted
    std::vector<StrayCell> strays;   ///< Number: cells that are no numbers, in the order of rows
};

/// What every source of named columns reads into, before anything of it becomes features or a target.
struct Table {
    std::vector<Column> columns;
    std::int64_t rows = 0;
    std::int64_t firstRow = 0;       ///< the number of its first row among all of a stream
    std::vector<std::int64_t> lines; ///< of a text file: the line of each row, from 1; else empty
    std::string where;               ///< the file, for errors; empty if there is none
    std::string name;                ///< the data set's
    bool named = true;               ///< columns have names of their own, not only numbers
    std::int64_t maxCategories = 50; ///< a text column with more different values makes no features
    std::string target = {};         ///< the column to predict unless another is asked for; empty: the last that can be
    std::string task = {};           ///< what to do with it unless asked otherwise; empty: what the target decides
    std::string series = {};         ///< the column that tells several series apart, for forecasting; empty: none

    const Column* find(std::string_view name) const;
    std::vector<std::string> names() const;
};

/// Columns of what is made or read elsewhere; an empty text is a missing one.
Column numberColumn(std::string name, std::vector<double> numbers);
Column timeColumn(std::string name, std::vector<double> seconds);
Column textColumn(std::string name, const std::vector<std::string>& cells);

/// Columns whose kind is known beforehand.
struct TableHints {
    std::vector<std::string> asText;    ///< numbers there are names of things
    std::vector<std::string> asNumbers; ///< a text there is a stray cell
    std::vector<std::string> asTimes{}; ///< of those, which hold dates
};

}
