// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

std::string quotedName(std::string_view name);
/// The file, or the name of the set.
const std::string& whereOf(const Table& table);
/// Names the columns there are.
base::Error noColumn(const Table& table, const std::string& name, std::string where);

/// Names the first cell of a column of numbers that is none, and how many others there are.
base::Error strayError(const Table& table, const Column& column);

/// The same as something to mend before a training; the cells become empty ones.
Problem emptyStrays(Table& table, std::size_t column, const spec::DataSpec& data);

}
