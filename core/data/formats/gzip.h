// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace core::data {

bool isGzip(std::string_view bytes);

/// Unpacks gzip (one member or several). Stops without an error once `enough` bytes are out, and before any checksum.
/// An error of kind Data if `bytes` is damaged, ends too early or holds more than `limit` bytes; memory grows with what
/// really comes out, not with what a header claims.
base::Result<std::string> gunzip(std::string_view bytes, const std::string& where, std::size_t limit,
                                 std::size_t enough = std::size_t(-1));

/// The content of a file, unpacked if it is gzip; at most `limit` bytes, and no more than about `enough` of a gzip
/// file.
base::Result<std::string> readPlainOrGzip(const std::filesystem::path& file, std::size_t limit,
                                          std::size_t enough = std::size_t(-1));

}
