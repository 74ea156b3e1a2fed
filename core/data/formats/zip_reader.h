// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace core::data {

/// A file in a zip archive, as its central directory says.
struct ZipEntry {
    std::string name;
    std::uint64_t packed = 0, size = 0, offset = 0; ///< bytes; `offset` of its own header
    std::uint32_t checksum = 0;                     ///< CRC-32 of the unpacked bytes
    bool deflated = false;
};

/// What may be wrong with an archive that somebody made to do harm.
struct ZipLimits {
    std::size_t entries = 100'000;
    std::uint64_t size = std::uint64_t(1) << 34; ///< bytes of one file, unpacked
    std::uint64_t ratio = 200;                   ///< unpacked by packed, of what unpacks to more than 10 MB
};

/// Reads single files of a zip archive (with zip64) into memory; nothing is ever written to the disk. Refused before
/// anything is unpacked: encrypted or doubled entries, entries that share bytes, names that lead out of the archive,
/// methods other than stored and deflated.
class ZipReader {
public:
    static base::Result<ZipReader> open(const std::filesystem::path& file, const ZipLimits& limits = {});
    /// Of an archive in memory.
    static base::Result<ZipReader> over(std::string bytes, const std::string& where, const ZipLimits& limits = {});

    const std::vector<ZipEntry>& entries() const { return m_entries; }
    /// The bytes of one file, checked against its checksum. Memory grows with what really comes out.
    base::Result<std::string> read(const ZipEntry& entry) const;

private:
    friend class ZipDirectory;
    std::shared_ptr<const std::string> m_bytes;
    std::string m_where;
    ZipLimits m_limits;
    std::vector<ZipEntry> m_entries;
};

bool looksLikeZip(std::string_view head);

}
