// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/gzip.h"

#include "core/base/files.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <zlib.h>

namespace core::data {

namespace {

base::Error damagedGzip(const std::string& where, std::size_t offset, const std::string& what)
{
    return {base::ErrorKind::Data, what + " at byte " + std::to_string(offset) + " of the packed file", where,
            "Fetch or copy the file again"};
}

using Inflater = std::unique_ptr<z_stream, int (*)(z_stream*)>;

}

bool isGzip(std::string_view bytes)
{
    return bytes.starts_with("\x1f\x8b\x08");
}

base::Result<std::string> gunzip(std::string_view bytes, const std::string& where, std::size_t limit,
                                 std::size_t enough)
{
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
        return base::Error{base::ErrorKind::Resource, "no memory to unpack", where, {}};
    const Inflater owner(&stream, inflateEnd);
    std::string out;
    std::size_t fed = 0, made = 0;
    for (;;) {
        if (stream.avail_in == 0 && fed < bytes.size()) {
            const std::size_t piece = std::min<std::size_t>(bytes.size() - fed, 1 << 30);
            // zlib reads through a pointer that is not const and writes nothing there.
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + fed));
            stream.avail_in = uInt(piece);
            fed += piece;
        }
        if (made == out.size())
            out.resize(std::min(limit + 1, std::max<std::size_t>(1 << 16, 2 * out.size())));
        const std::size_t room = std::min<std::size_t>(out.size() - made, 1 << 30);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
        stream.avail_out = uInt(room);
        const int code = inflate(&stream, Z_NO_FLUSH);
        made += room - stream.avail_out;
        const std::size_t offset = fed - stream.avail_in;
        if (made > limit)
            return base::Error{base::ErrorKind::Data, "unpacks to more than " + std::to_string(limit) + " bytes", where,
                               "The file is damaged, or larger than its kind should be"};
        if (made >= enough)
            break;
        if (code == Z_STREAM_END) {
            // Another member may follow; anything else there is padding.
            if (!isGzip(bytes.substr(offset)))
                break;
            if (inflateReset(&stream) != Z_OK)
                return damagedGzip(where, offset, "is damaged");
        } else if (code == Z_BUF_ERROR && stream.avail_in == 0 && fed == bytes.size() && stream.avail_out > 0) {
            return damagedGzip(where, offset, "ends too early");
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            return damagedGzip(where, offset, std::string("is damaged (") + (stream.msg ? stream.msg : "zlib") + ")");
        }
    }
    out.resize(made);
    return out;
}

base::Result<std::string> readPlainOrGzip(const std::filesystem::path& file, std::size_t limit, std::size_t enough)
{
    CORE_TRY(bytes, base::readFile(file, limit));
    if (!isGzip(bytes))
        return std::move(bytes);
    return gunzip(bytes, file.string(), limit, enough);
}

}
