// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

/// Names the first cell of a column of numbers that is none, and how many others there are.
base::Error strayError(const Table& table, const Column& column);

/// The same as something to mend before a training; the cells become empty ones.
Problem emptyStrays(Table& table, std::size_t column, const spec::DataSpec& data);

}
