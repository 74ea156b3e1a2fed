// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/picture_formats.h"

#include <algorithm>

namespace core::data::pictures {

namespace {

std::uint32_t little(std::string_view bytes, std::size_t at, std::size_t count)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i)
        value |= std::uint32_t(std::uint8_t(bytes[at + i])) << 8 * i;
    return value;
}

// Numbers of a PNM head or text body: spaces and comments between them. −1: none.
class PnmText {
public:
    explicit PnmText(std::string_view bytes) : m_bytes(bytes) {}

    std::int64_t number()
    {
        for (; m_at < m_bytes.size(); ++m_at) {
            if (m_bytes[m_at] == '#')
                m_at = std::min(m_bytes.find('\n', m_at), m_bytes.size() - 1);
            else if (std::string_view(" \t\r\n\v\f").find(m_bytes[m_at]) == std::string_view::npos)
                break;
        }
        std::int64_t value = -1;
        for (; m_at < m_bytes.size() && m_bytes[m_at] >= '0' && m_bytes[m_at] <= '9' && value < 1'000'000'000; ++m_at)
            value = std::max<std::int64_t>(value, 0) * 10 + (m_bytes[m_at] - '0');
        return value;
    }
    void skip() { ++m_at; }
    std::string_view rest() const { return m_bytes.substr(std::min(m_at, m_bytes.size())); }

private:
    std::string_view m_bytes;
    std::size_t m_at = 2;
};

struct BmpHead {
    std::size_t pixels = 0, palette = 0, colours = 0;
    unsigned bits = 0;
    bool topDown = false;
};

base::Result<BmpHead> readBmpHead(std::string_view bytes, const std::string& where, PictureFacts& facts)
{
    const std::size_t size = little(bytes, 14, 4);
    if (bytes.size() < 54 || size < 40 || size > 124)
        return pictureError(where, "is a BMP of a kind that is not read here");
    BmpHead head{.pixels = little(bytes, 10, 4), .palette = 14 + size};
    head.bits = little(bytes, 28, 2);
    const auto height = std::int32_t(little(bytes, 22, 4));
    head.topDown = height < 0;
    facts = {3, height < 0 ? -std::int64_t(height) : height, std::int32_t(little(bytes, 18, 4))};
    CORE_CHECK(checkSize(facts, where));
    const std::uint32_t method = little(bytes, 30, 4);
    if ((head.bits != 8 && head.bits != 24 && head.bits != 32) || (method != 0 && !(method == 3 && head.bits == 32)))
        return pictureError(where, "is a BMP of " + std::to_string(head.bits) + " bits by method " +
                                       std::to_string(method) + "; 8, 24 and 32 bits without packing are read");
    head.colours = head.bits == 8 ? std::min<std::size_t>(256, little(bytes, 46, 4) ? little(bytes, 46, 4) : 256) : 0;
    return head;
}

}

base::Result<Picture> decodeBmp(std::string_view bytes, const std::string& where, bool indices, bool factsOnly)
{
    Picture picture;
    CORE_TRY(head, readBmpHead(bytes, where, picture.facts));
    const std::size_t height = std::size_t(picture.facts.height), width = std::size_t(picture.facts.width);
    const std::size_t rowBytes = (width * head.bits + 31) / 32 * 4, unit = head.bits / 8, plane = height * width;
    const auto colour = [&](std::size_t index, std::size_t c) {
        return std::uint8_t(little(bytes, head.palette + 4 * index + 2 - c, 1));
    };
    bool grey = head.bits == 8;
    for (std::size_t i = 0; i < head.colours && grey; ++i)
        grey = colour(i, 0) == colour(i, 1) && colour(i, 1) == colour(i, 2);
    if (grey || (indices && head.bits == 8))
        picture.facts.channels = 1;
    if (factsOnly)
        return picture;
    if (head.pixels > bytes.size() || (bytes.size() - head.pixels) / rowBytes < height ||
        head.palette + 4 * head.colours > bytes.size())
        return pictureError(where, "is cut off: a part of the picture is missing");
    picture.pixels.resize(plane * std::size_t(picture.facts.channels));
    for (std::size_t y = 0; y < height; ++y) {
        const std::size_t row = head.pixels + (head.topDown ? y : height - 1 - y) * rowBytes;
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < std::size_t(picture.facts.channels); ++c) {
                const auto first = std::uint8_t(bytes[row + x * unit]);
                picture.pixels[c * plane + y * width + x] =
                    head.bits == 8 ? (indices ? first : colour(first, c)) : std::uint8_t(bytes[row + x * unit + 2 - c]);
            }
    }
    return picture;
}

base::Result<Picture> decodePnm(std::string_view bytes, const std::string& where, bool factsOnly)
{
    PnmText text(bytes);
    const bool plain = bytes[1] == '2' || bytes[1] == '3';
    const std::int64_t width = text.number(), height = text.number(), most = text.number();
    Picture picture{{bytes[1] == '2' || bytes[1] == '5' ? 1 : 3, height, width}, {}};
    CORE_CHECK(checkSize(picture.facts, where));
    if (most < 1 || most > 65535)
        return pictureError(where, "has a largest value of " + std::to_string(most) + "; 1 to 65535 are possible");
    if (factsOnly)
        return picture;
    text.skip();
    const std::size_t channels = std::size_t(picture.facts.channels), plane = std::size_t(height * width);
    const std::size_t unit = most > 255 ? 2 : 1;
    const std::string_view body = text.rest();
    if (body.size() / (plain ? 2 : unit * channels) < (plain ? plane * channels / 2 : plane))
        return pictureError(where, "is cut off: a part of the picture is missing");
    picture.pixels.resize(plane * channels);
    for (std::size_t i = 0; i < plane * channels; ++i) {
        std::int64_t value = 0;
        for (std::size_t b = 0; b < unit && !plain; ++b)
            value = value << 8 | std::uint8_t(body[i * unit + b]);
        if (plain)
            value = text.number();
        if (value < 0 || value > most)
            return pictureError(where, value < 0 ? "is cut off: a part of the picture is missing"
                                                 : "has a pixel brighter than its largest value");
        picture.pixels[i % channels * plane + i / channels] = std::uint8_t((value * 255 + most / 2) / most);
    }
    return picture;
}

}
