// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/png_writer.h"

#include "core/base/files.h"

#include <zlib.h>

namespace core::data {

namespace {

void addBigEndian(std::string& out, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += char(value >> shift & 0xff);
}

// Length, type, content, and the check sum of the last two (PNG specification, 5.3).
void addChunk(std::string& out, const char* type, const std::string& content)
{
    addBigEndian(out, std::uint32_t(content.size()));
    const std::string body = type + content;
    out += body;
    addBigEndian(out, std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()))));
}

}

base::Status writePng(const std::filesystem::path& file, std::span<const std::uint8_t> pixels, std::uint32_t width,
                      std::uint32_t height, PngPixels kind)
{
    std::string lines;
    for (std::uint32_t y = 0; y < height; ++y) {
        lines += '\0'; // no filter
        const std::size_t line = std::size_t(width) * std::size_t(kind);
        lines.append(reinterpret_cast<const char*>(pixels.data()) + y * line, line);
    }
    uLongf packedSize = compressBound(uLong(lines.size()));
    std::string packed(packedSize, '\0');
    if (compress2(reinterpret_cast<Bytef*>(packed.data()), &packedSize, reinterpret_cast<const Bytef*>(lines.data()),
                  uLong(lines.size()), 6) != Z_OK)
        return base::Error{base::ErrorKind::Resource, "cannot be packed: not enough memory", file.string(), {}};
    packed.resize(packedSize);
    std::string header;
    addBigEndian(header, width);
    addBigEndian(header, height);
    header += std::string(kind == PngPixels::Rgb ? "\x08\x02\x00\x00\x00" : "\x08\x00\x00\x00\x00",
                          5); // 8 bits, no interlace
    std::string png("\x89PNG\r\n\x1a\n", 8);
    addChunk(png, "IHDR", header);
    addChunk(png, "IDAT", packed);
    addChunk(png, "IEND", {});
    return base::writeFileAtomically(file, png);
}

}
