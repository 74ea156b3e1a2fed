// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/tables/table.h"

#include <functional>
#include <span>

namespace core::data {

/// A column that can be looked at, sorted and filtered, wherever its cells are.
struct CellColumn {
    std::string name;
    ColumnKind kind = ColumnKind::Number;
    std::function<double(std::int64_t row)> number; ///< of texts the place in `words`; NaN or below 0 where missing
    std::span<const std::string> words;             ///< Text
    std::function<std::string(std::int64_t row)> write = {}; ///< instead of `words`, where each row has its own

    bool missing(std::int64_t row) const;
    /// As a person would write it; empty where missing. Times as ISO dates.
    std::string text(std::int64_t row) const;
};

/// Which rows are wanted, as a person writes it: `age > 30 and colour = red`, `income is missing`, `"first name" ~
/// ann`. Comparisons are = != < <= > >= and ~ (contains); `and` binds tighter than `or`; a word alone stands for rows
/// that contain it anywhere.
class RowFilter {
public:
    /// An error of kind Usage says what at which character, from 1. An empty text takes every row.
    static base::Result<RowFilter> parse(std::string_view text, std::span<const CellColumn> columns);
    bool operator()(std::int64_t row) const;

private:
    using Test = std::function<bool(std::int64_t)>;
    std::vector<std::vector<Test>> m_any; // one of which must hold whole
    friend class RowFilterParser;
};

/// `2024-05-17`, or with a time where there is one.
std::string timeText(double seconds);

}
