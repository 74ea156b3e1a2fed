// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/tables/table.h"

#include <filesystem>

namespace core::data {

/// The folder of the small real data sets, which the set-up fetches: $DESCENT_DATASETS, else `datasets` beside the
/// program's own folder.
std::filesystem::path datasetsFolder();

/// A file there, as a table: CSV with a header, or a JSON array of records (.json). An error says how to get it.
base::Result<Table> readRealTable(const std::string& name, const std::filesystem::path& file, std::int64_t maxRows);

/// Makes times of a column of dates: `2012/01/31`, `Jan 31 2012`, `20120131`; what is none becomes missing.
void becomeTimes(Table& table, std::string_view column);

}
