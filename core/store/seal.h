// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace core::store {

/// Writes bytes behind the end of a file that is there.
base::Status append(const std::filesystem::path& file, std::string_view bytes);

/// HDF5 has no check sums for texts, nor for what it does not use. A seal is a mark and a digest of all bytes, behind
/// the end that HDF5 knows of: every program reads the file as before, and whoever changes it with HDF5 cuts the seal
/// off.
base::Status seal(const std::filesystem::path& file);

/// Its length, and whether these bytes are one, of whatever file.
constexpr std::size_t sealBytes = 24;
bool isSeal(std::string_view bytes);

enum class SealState { Missing, Whole, Broken };
/// Reads the whole file, if there is a mark.
base::Result<SealState> sealOf(const std::filesystem::path& file);

}
