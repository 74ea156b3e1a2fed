// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <zlib.h>

namespace tests {

/// An IDX file: `type` is its code (8 for bytes), `body` the elements as they stand in the file.
inline std::string idxBytes(char type, std::initializer_list<std::uint32_t> shape, const std::string& body)
{
    std::string bytes{0, 0, type, char(shape.size())};
    for (const std::uint32_t length : shape)
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.push_back(char(length >> shift & 255));
    return bytes + body;
}

/// The bytes first, first + 1, … as text.
inline std::string countedBytes(std::size_t n, int first = 0)
{
    std::string bytes;
    for (std::size_t i = 0; i < n; ++i)
        bytes.push_back(char(first + int(i)));
    return bytes;
}

inline std::string gzipped(const std::string& bytes)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, uLong(bytes.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = uInt(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

}
