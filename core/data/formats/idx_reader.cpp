// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/idx_reader.h"

#include "core/base/files.h"
#include "core/data/formats/gzip.h"

#include <algorithm>
#include <cstring>

namespace core::data {

namespace {

constexpr std::size_t maxIdxDimensions = 8;
constexpr std::size_t maxUnpackedIdx = std::size_t(1) << 32;

base::Error idxError(const std::string& where, std::size_t offset, const std::string& what)
{
    return {base::ErrorKind::Data, what + " (byte " + std::to_string(offset) + ")", where,
            "An IDX file begins with two zero bytes, a type, the number of dimensions and their lengths; fetch or copy "
            "it again"};
}

struct IdxHeader {
    IdxArray array;       ///< without its bytes
    std::size_t size = 0; ///< of the header itself
    std::size_t rowBytes = 0;
    std::size_t needed = 0; ///< bytes of the whole file
};

std::uint32_t bigEndian32(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | std::uint8_t(bytes[at + i]);
    return value;
}

base::Result<IdxHeader> parseIdxHeader(std::string_view bytes, const std::string& where)
{
    if (bytes.empty())
        return base::Error{base::ErrorKind::Data, "is empty", where, "Fetch or copy the file again"};
    if (!looksLikeIdx(bytes))
        return idxError(where, 0, "does not begin as an IDX file does");
    const std::size_t dimensions = std::uint8_t(bytes[3]);
    IdxHeader header;
    header.array.type = IdxType(bytes[2]);
    header.size = 4 + 4 * dimensions;
    header.rowBytes = bytesOf(header.array.type);
    if (bytes.size() < header.size)
        return idxError(where, bytes.size(), "ends within its header");
    for (std::size_t d = 0; d < dimensions; ++d) {
        const std::uint32_t length = bigEndian32(bytes, 4 + 4 * d);
        if (length == 0)
            return idxError(where, 4 + 4 * d, d == 0 ? "holds no rows" : "has a dimension of length 0");
        header.array.shape.push_back(length);
        if (d > 0 && __builtin_mul_overflow(header.rowBytes, std::size_t(length), &header.rowBytes))
            return idxError(where, 4 + 4 * d, "claims more elements than can be counted");
    }
    std::size_t body = 0;
    if (__builtin_mul_overflow(header.rowBytes, std::size_t(header.array.rows()), &body) ||
        __builtin_add_overflow(body, header.size, &header.needed))
        return idxError(where, 4, "claims more elements than can be counted");
    return header;
}

void toHostOrder(std::string& bytes, std::size_t element)
{
    // x86-64 and ARM64 are little-endian, as is all else that LibTorch runs on.
    if (element == 1)
        return;
    for (std::size_t at = 0; at + element <= bytes.size(); at += element)
        std::reverse(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + element));
}

// Cuts the header and the rows beyond `maxRows` off, after checking that all are there.
base::Result<IdxArray> takeIdxRows(IdxHeader header, std::string bytes, const std::string& where, std::int64_t maxRows)
{
    const std::int64_t rows = std::min(header.array.rows(), maxRows);
    const std::size_t body = header.rowBytes * std::size_t(rows);
    if (bytes.size() < header.size + body)
        return idxError(where, bytes.size(),
                        "is truncated: its header promises " + std::to_string(header.array.rows()) + " rows of " +
                            std::to_string(header.rowBytes) + " bytes, and it holds " +
                            std::to_string((bytes.size() - header.size) / header.rowBytes));
    if (bytes.size() > header.needed)
        return idxError(where, header.needed,
                        "has " + std::to_string(bytes.size() - header.needed) + " bytes after its last row");
    bytes.erase(header.size + body);
    bytes.erase(0, header.size);
    toHostOrder(bytes, bytesOf(header.array.type));
    header.array.rowsInFile = header.array.rows();
    header.array.shape.front() = rows;
    header.array.bytes = std::move(bytes);
    return std::move(header.array);
}

template <class T>
double elementAt(const std::string& bytes, std::int64_t i)
{
    T value;
    std::memcpy(&value, bytes.data() + std::size_t(i) * sizeof(T), sizeof(T));
    return double(value);
}

}

std::size_t bytesOf(IdxType type)
{
    switch (type) {
    case IdxType::U8:
    case IdxType::I8:
        return 1;
    case IdxType::I16:
        return 2;
    case IdxType::I32:
    case IdxType::F32:
        return 4;
    case IdxType::F64:
        break;
    }
    return 8;
}

std::int64_t IdxArray::rowLength() const
{
    return std::int64_t(bytes.size() / bytesOf(type)) / rows();
}

double IdxArray::at(std::int64_t i) const
{
    switch (type) {
    case IdxType::U8:
        return elementAt<std::uint8_t>(bytes, i);
    case IdxType::I8:
        return elementAt<std::int8_t>(bytes, i);
    case IdxType::I16:
        return elementAt<std::int16_t>(bytes, i);
    case IdxType::I32:
        return elementAt<std::int32_t>(bytes, i);
    case IdxType::F32:
        return elementAt<float>(bytes, i);
    case IdxType::F64:
        break;
    }
    return elementAt<double>(bytes, i);
}

bool looksLikeIdx(std::string_view head)
{
    if (head.size() < 4 || head[0] != 0 || head[1] != 0)
        return false;
    const auto type = std::uint8_t(head[2]), dimensions = std::uint8_t(head[3]);
    return type >= 0x08 && type <= 0x0e && type != 0x0a && dimensions >= 1 && dimensions <= maxIdxDimensions;
}

base::Result<IdxArray> readIdx(std::string bytes, const std::string& where, std::int64_t maxRows)
{
    CORE_TRY(header, parseIdxHeader(bytes, where));
    return takeIdxRows(std::move(header), std::move(bytes), where, maxRows);
}

base::Result<IdxArray> readIdxFile(const std::filesystem::path& file, std::int64_t maxRows, std::size_t maxBytes)
{
    const std::string where = file.string();
    CORE_TRY(packed, base::readFile(file, maxBytes));
    if (!isGzip(packed))
        return readIdx(std::move(packed), where, maxRows);
    CORE_TRY(head, gunzip(packed, where, maxBytes, 4 + 4 * maxIdxDimensions));
    CORE_TRY(header, parseIdxHeader(head, where));
    const std::size_t rows = std::size_t(std::min(header.array.rows(), maxRows));
    // All rows: unpack to the end, so that the checksum is seen; fewer: stop early.
    const bool all = rows == std::size_t(header.array.rows());
    const std::size_t enough = all ? std::size_t(-1) : header.size + rows * header.rowBytes;
    CORE_TRY(bytes, gunzip(packed, where, std::min({maxBytes, maxUnpackedIdx, header.needed}), enough));
    return takeIdxRows(std::move(header), std::move(bytes), where, maxRows);
}

}
