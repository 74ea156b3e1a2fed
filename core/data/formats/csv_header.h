// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

namespace core::data {

/// Whether the first line of a CSV text names the columns, by the cells of some lines after it. It does if it is of
/// words alone; if it counts the columns from 0, as pandas does where they have no names; or if a column has a word
/// there over nothing but numbers and dates, and no two cells of the line are equal (`country, 2019, 2020`).
bool namesColumns(const std::vector<std::string_view>& first, const std::vector<std::vector<std::string_view>>& next,
                  bool decimalComma);

}
