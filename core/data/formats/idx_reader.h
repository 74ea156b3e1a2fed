// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace core::data {

/// Element types of IDX, by their code in the file.
enum class IdxType : std::uint8_t { U8 = 0x08, I8 = 0x09, I16 = 0x0b, I32 = 0x0c, F32 = 0x0d, F64 = 0x0e };

/// An array of the MNIST family's file format: two zero bytes, type, number of dimensions, the lengths as big-endian
/// 32-bit numbers, then the elements, big-endian and row-major.
struct IdxArray {
    IdxType type = IdxType::U8;
    std::vector<std::int64_t> shape; ///< the first is the number of rows
    std::int64_t rowsInFile = 0;     ///< more than rows() if only some were read
    std::string bytes;               ///< the elements in this machine's byte order

    std::int64_t rows() const { return shape.front(); }
    std::int64_t rowLength() const;
    /// Element i as a number.
    double at(std::int64_t i) const;
};

std::size_t bytesOf(IdxType type);

/// Whether a file that begins with `head` can be IDX.
bool looksLikeIdx(std::string_view head);

/// Reads at most `maxRows` rows. An error of kind Data with the offset for a header that is none, lengths that
/// overflow or do not fit the size, no rows, or rows of no length.
base::Result<IdxArray> readIdx(std::string bytes, const std::string& where,
                               std::int64_t maxRows = std::numeric_limits<std::int64_t>::max());
/// The same from a file, unpacked if it is gzip. `maxBytes` bounds what is read and unpacked.
base::Result<IdxArray> readIdxFile(const std::filesystem::path& file,
                                   std::int64_t maxRows = std::numeric_limits<std::int64_t>::max(),
                                   std::size_t maxBytes = std::size_t(1) << 34);

}
