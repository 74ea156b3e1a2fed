// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>

namespace core::base {

/// The whole file; an error of kind Data if it is missing, unreadable or longer than `maxBytes`.
Result<std::string> readFile(const std::filesystem::path& file, std::size_t maxBytes = std::size_t(1) << 34);

/// At most so many bytes of a file's beginning. An error of kind Data if it cannot be read.
Result<std::string> readHead(const std::filesystem::path& file, std::size_t bytes);

/// Whole or absent: written beside, synced, renamed over `file`, folder synced.
Status writeFileAtomically(const std::filesystem::path& file, std::string_view bytes);

/// Makes a rename or a new file in `folder` last through a power cut.
Status syncFolder(const std::filesystem::path& folder);

/// The error of a failed system call on `file`: a full disk is kind Resource with the space that is left.
Error systemError(std::string_view doing, const std::filesystem::path& file, int code);

}
