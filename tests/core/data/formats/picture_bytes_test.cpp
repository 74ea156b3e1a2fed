// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/picture_formats.h"

#include <zlib.h>

using namespace core;
using Bytes = std::vector<std::uint8_t>;

namespace {

std::string little(std::uint32_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += char(value >> 8 * i & 0xff);
    return text;
}

// A BMP with a head of 40 bytes; `rows` as they are stored.
std::string bmp(std::int32_t width, std::int32_t height, unsigned bits, const std::string& palette,
                const std::string& rows)
{
    const std::uint32_t pixels = 54 + std::uint32_t(palette.size());
    return "BM" + little(pixels + std::uint32_t(rows.size()), 4) + little(0, 4) + little(pixels, 4) + little(40, 4) +
           little(std::uint32_t(width), 4) + little(std::uint32_t(height), 4) + little(1, 2) + little(bits, 2) +
           little(0, 4) + little(0, 4) + little(0, 4) + little(0, 4) + little(std::uint32_t(palette.size() / 4), 4) +
           little(0, 4) + palette + rows;
}

std::string pngChunk(const std::string& type, const std::string& content)
{
    const auto big = [](std::uint32_t value) {
        const std::string text = little(value, 4);
        return std::string(text.rbegin(), text.rend());
    };
    const std::string body = type + content;
    return big(std::uint32_t(content.size())) + body +
           big(std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()))));
}

// `head`: depth, type of colour; `lines` with the number of their filter before each.
std::string png(char width, char height, const std::string& head, const std::string& lines,
                const std::string& palette = {})
{
    uLongf size = compressBound(uLong(lines.size()));
    std::string packed(size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(lines.data()),
             uLong(lines.size()));
    packed.resize(size);
    const std::string nothing(3, '\0');
    return "\x89PNG\r\n\x1a\n" + pngChunk("IHDR", nothing + width + nothing + height + head + std::string(3, '\0')) +
           (palette.empty() ? "" : pngChunk("PLTE", palette)) + pngChunk("IDAT", packed) + pngChunk("IEND", "");
}

data::Picture decoded(const std::string& bytes, data::PictureUse use = data::PictureUse::Seen)
{
    const auto picture = data::decodePicture(bytes, "f", use);
    if (!picture)
        FAIL(picture.error().message);
    return *picture;
}

}

TEST_CASE("picture bytes: a BMP is stored from the bottom, blue first, rows filled up to four bytes")
{
    const std::string rows = std::string("\x03\x02\x01\x06\x05\x04", 6) + std::string(2, '\x77') + // lower
                             std::string("\x09\x08\x07\x0c\x0b\x0a", 6) + std::string(2, '\x77');
    const data::Picture picture = decoded(bmp(2, 2, 24, {}, rows));
    CHECK(picture.facts == data::PictureFacts{3, 2, 2});
    CHECK(picture.pixels == Bytes{7, 10, 1, 4, 8, 11, 2, 5, 9, 12, 3, 6});
    CHECK(decoded(bmp(2, -2, 24, {}, rows)).pixels == Bytes{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12});
    CHECK_FALSE(data::decodePicture(bmp(2, 2, 24, {}, rows.substr(0, 15)), "f"));
    CHECK_FALSE(data::decodePicture(bmp(2, 2, 16, {}, rows), "f"));
}

TEST_CASE("picture bytes: a BMP of greys has one channel, one of colours three, a mask its numbers")
{
    const std::string greys("\x00\x00\x00\x00\x50\x50\x50\x00", 8), colours("\x10\x20\x30\x00\x40\x50\x60\x00", 8);
    const std::string rows("\x01\x00\x00\x00", 4);
    CHECK(decoded(bmp(2, 1, 8, greys, rows)).pixels == Bytes{0x50, 0});
    CHECK(decoded(bmp(2, 1, 8, colours, rows)).pixels == Bytes{0x60, 0x30, 0x50, 0x20, 0x40, 0x10});
    CHECK(decoded(bmp(2, 1, 8, colours, rows), data::PictureUse::Mask).pixels == Bytes{1, 0});
}

TEST_CASE("picture bytes: PNG of one bit, of a palette, and filtered")
{
    const std::string grey("\x01\x00", 2), palette("\x08\x03", 2), colour("\x08\x02", 2);
    CHECK(decoded(png(3, 1, grey, std::string("\x00\xa0", 2))).pixels == Bytes{255, 0, 255});
    CHECK(decoded(png(3, 1, grey, std::string("\x00\xa0", 2)), data::PictureUse::Mask).pixels == Bytes{1, 0, 1});
    const std::string entries("\x01\x02\x03\x04\x05\x06", 6), lines("\x00\x01\x00", 3);
    CHECK(decoded(png(2, 1, palette, lines, entries)).pixels == Bytes{4, 1, 5, 2, 6, 3});
    CHECK(decoded(png(2, 1, palette, lines, entries), data::PictureUse::Mask).pixels == Bytes{1, 0});
    // Filter 1: each byte adds to the pixel before it.
    CHECK(decoded(png(2, 1, colour, std::string("\x01\x01\x02\x03\x01\x01\x01", 7))).pixels == Bytes{1, 2, 2, 3, 3, 4});
    std::string damaged = png(2, 1, palette, lines, entries);
    damaged[damaged.size() - 20] = char(damaged[damaged.size() - 20] + 1);
    CHECK_FALSE(data::decodePicture(damaged, "f"));
}

TEST_CASE("picture bytes: each orientation puts the corner where it belongs")
{
    // 1 2 3 / 4 5 6
    const data::Picture stored{{1, 2, 3}, {1, 2, 3, 4, 5, 6}};
    const auto turned = [&](int orientation) { return data::pictures::upright(stored, orientation).pixels; };
    CHECK(turned(1) == stored.pixels);
    CHECK(turned(2) == Bytes{3, 2, 1, 6, 5, 4});
    CHECK(turned(3) == Bytes{6, 5, 4, 3, 2, 1});
    CHECK(turned(4) == Bytes{4, 5, 6, 1, 2, 3});
    CHECK(turned(5) == Bytes{1, 4, 2, 5, 3, 6});
    CHECK(turned(6) == Bytes{4, 1, 5, 2, 6, 3});
    CHECK(turned(7) == Bytes{6, 3, 5, 2, 4, 1});
    CHECK(turned(8) == Bytes{3, 6, 2, 5, 1, 4});
    CHECK(data::pictures::upright(stored, 6).facts == data::PictureFacts{1, 3, 2});
}

TEST_CASE("picture bytes: a size that the file cannot hold is refused before memory is taken for it")
{
    std::string huge = bmp(2, 2, 24, {}, std::string(16, '\0'));
    huge.replace(18, 4, little(1u << 20, 4)).replace(22, 4, little(1u << 20, 4));
    CHECK(data::decodePicture(huge, "f").error().message.find("at most") != std::string::npos);
    CHECK_FALSE(data::pictures::checkClaim({1, 1000, 1000}, 99, 10'000, "f"));
    CHECK(data::pictures::checkClaim({1, 1000, 1000}, 100, 10'000, "f"));
    CHECK_FALSE(data::decodePicture("P5 100000 100000 255\n", "f"));
    CHECK_FALSE(data::decodePicture("P5 2 2 255\nabc", "f"));
    CHECK_FALSE(data::decodePicture("P5 0 2 255\n", "f"));
}
