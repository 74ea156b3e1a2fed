// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/file_beside.h"

namespace core::store {

/// Writes a zip archive of stored files, as PyTorch and NumPy read it: no file and no offset above 4 GB. Contents begin
/// at multiples of 64 bytes, where PyTorch maps them into memory.
class StoredZip {
public:
    explicit StoredZip(FileBeside& file) : m_file(file) {}

    /// An error names what was too large, and advises `instead`.
    base::Status add(const std::string& name, const std::string& content, const std::string& instead);
    /// The directory at the end; without it the archive is none.
    base::Status finish();

private:
    FileBeside& m_file;
    std::string m_directory;
    std::uint64_t m_at = 0;
    std::uint32_t m_count = 0;
};

}
