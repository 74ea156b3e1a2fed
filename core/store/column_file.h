// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <vector>

namespace core::store {

/// A column to write: numbers, or texts where there are any.
struct StoredColumn {
    std::string name;
    std::vector<double> numbers;
    std::vector<std::string> texts;
};

/// Writes an HDF5 file with one packed dataset a column and `recipe` as an attribute, whole or not at all. A `/` in a
/// name becomes `_`.
base::Status writeColumnFile(const std::filesystem::path& file, const std::vector<StoredColumn>& columns,
                             const std::string& recipe);

}
