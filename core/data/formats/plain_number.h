// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace core::data {

/// Where a cell stands in a text.
struct CellPlace {
    std::uint32_t begin = 0, end = 0;
};

/// Reads a number of at most 19 digits in C's notation that fills [begin, end), bit for bit as std::from_chars does.
/// False where it is longer, or no number, or too near the middle between two doubles: then another way must tell.
/// 32 bytes after `end` are readable, and the first of them is no digit.
bool readPlainNumber(const char* begin, const char* end, char point, double& value);

/// The same of many cells: `values` for each that can be read so, and what is left, by its place in `cells`.
void readPlainNumbers(const char* text, std::span<const CellPlace> cells, char point, double* values,
                      std::vector<std::uint32_t>& left);

}
