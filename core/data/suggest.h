// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

/// What is known of a data set when a division of its rows is to be advised.
struct SplitFacts {
    std::int64_t rows = 0;
    bool predefined = false; ///< the source says itself which row is for what
    bool times = false;      ///< rows have dates
    bool streamed = false;   ///< rows are read in pieces: only in blocks, in their order, can they be divided
    bool ordered = true;     ///< by their dates
    std::vector<std::int64_t> classCounts; ///< empty: the target is a number
    std::string groupColumn;               ///< a column that looks as if rows belonged together; empty: none
};

/// The advice, and the rule that gave it.
struct SplitAdvice {
    std::string kind;
    std::string group; ///< the column to set, for `group`
    std::string rule;
};

/// Of a stream, what a stream can do, and what it cannot. Else the first rule that fits: what the data says; rows that
/// belong together; a date column; few rows; a rare class; classes; else random.
SplitAdvice suggestSplit(const SplitFacts& facts);

}
