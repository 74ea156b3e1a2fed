// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/csv_reader.h"
#include "core/data/dataset.h"

namespace core::data {

enum class ColumnKind { Empty, Number, Time, Text };

/// A column of a table by what its cells hold.
struct Column {
    std::string name;
    ColumnKind kind = ColumnKind::Empty;
    std::vector<double> numbers;     ///< Number, and Time in seconds since 1970; NaN where missing
    std::vector<std::int32_t> codes; ///< Text: places in `words`; -1 where missing
    std::vector<std::string> words;  ///< Text: what occurs, sorted
    std::int64_t strayRow = -1;      ///< Number: the first row with a cell that is no number
    std::string stray;               ///< and that cell
};

/// Numbers if more than half of the cells that are not missing are; times if all are; else text. `asText` decides it.
Column readColumn(const CsvTable& table, std::size_t column, bool asText);

struct TableOptions {
    std::vector<std::string> categorical; ///< columns whose numbers are names of things
    std::int64_t maxCategories = 50;      ///< a text column with more different values makes no features
    std::string where;                    ///< the file, for errors
    std::string name;                     ///< the data set's
};

/// Makes a data set of a table: `request.data.target` or the last column is the target, text features become columns
/// `column=value` of 0 and 1, the first column of dates becomes the times and no feature unless asked for.
/// What cannot be a feature is left out and told in `problems`; an error if it was asked for by name.
base::Result<Loaded> loadTable(const CsvTable& table, const SourceRequest& request, const TableOptions& options);

/// Reads a table as inputs of `request.like`, whose columns must be there; no targets. A text that did not occur there
/// is 0 in every column made of it.
base::Result<Loaded> loadTableLike(const CsvTable& table, const SourceRequest& request, const TableOptions& options);

}
