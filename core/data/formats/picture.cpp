// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/picture_formats.h"

#include <algorithm>

namespace core::data {

namespace pictures {

base::Error pictureError(const std::string& where, const std::string& what)
{
    return {base::ErrorKind::Data, what, where, "Replace the file or remove it"};
}

base::Status checkSize(const PictureFacts& facts, const std::string& where)
{
    if (facts.height < 1 || facts.width < 1 || facts.width > mostPixels / facts.height)
        return pictureError(where, "is a picture of " + std::to_string(facts.width) + " × " +
                                       std::to_string(facts.height) + " pixels; at most " + std::to_string(mostPixels) +
                                       " are read");
    return {};
}

base::Status checkClaim(const PictureFacts& facts, std::size_t bytes, std::int64_t most, const std::string& where)
{
    if (facts.height * facts.width / most > std::int64_t(bytes))
        return pictureError(where, "claims " + std::to_string(facts.width) + " × " + std::to_string(facts.height) +
                                       " pixels, more than its " + std::to_string(bytes) + " bytes can hold");
    return {};
}

int orientationOf(std::string_view exif)
{
    if (exif.size() < 8 || (!exif.starts_with("II") && !exif.starts_with("MM")))
        return 1;
    const bool little = exif.front() == 'I';
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < bytes && at + i < exif.size(); ++i)
            value |= std::uint32_t(std::uint8_t(exif[at + i])) << 8 * (little ? i : bytes - 1 - i);
        return value;
    };
    const std::size_t directory = number(4, 4);
    if (directory > exif.size() || exif.size() - directory < 2)
        return 1;
    const std::size_t entries = std::min<std::size_t>(number(directory, 2), (exif.size() - directory - 2) / 12);
    for (std::size_t i = 0; i < entries; ++i)
        if (const std::size_t at = directory + 2 + 12 * i; number(at, 2) == 0x0112) {
            const auto value = int(number(at + 8, 2));
            return value >= 1 && value <= 8 ? value : 1;
        }
    return 1;
}

Picture upright(Picture picture, int orientation)
{
    if (orientation <= 1 || orientation > 8)
        return picture;
    const std::int64_t height = picture.facts.height, width = picture.facts.width;
    const bool swapped = orientation >= 5;
    Picture made{{picture.facts.channels, swapped ? width : height, swapped ? height : width}, {}};
    made.pixels.resize(picture.pixels.size());
    // Where the stored rows and columns begin (EXIF 2.32, table 6).
    const bool fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    std::uint8_t* out = made.pixels.data();
    for (std::int64_t c = 0; c < made.facts.channels; ++c) {
        const std::uint8_t* plane = picture.pixels.data() + c * height * width;
        for (std::int64_t y = 0; y < made.facts.height; ++y)
            for (std::int64_t x = 0; x < made.facts.width; ++x) {
                const std::int64_t row = swapped ? x : y, column = swapped ? y : x;
                *out++ =
                    plane[(fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)];
            }
    }
    return made;
}

}

namespace {

std::string extensionOf(std::string_view path)
{
    const std::size_t dot = path.rfind('.');
    std::string extension(dot == path.npos ? std::string_view() : path.substr(dot + 1));
    for (char& c : extension)
        c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    return extension;
}

bool isJpeg(std::string_view head)
{
    return head.starts_with("\xff\xd8\xff");
}
bool isPng(std::string_view head)
{
    return head.starts_with("\x89PNG\r\n\x1a\n");
}
bool isBmp(std::string_view head)
{
    return head.starts_with("BM") && head.size() >= 18 && head.substr(6, 4) == std::string_view("\0\0\0\0", 4);
}
bool isPnm(std::string_view head)
{
    return head.size() > 3 && head[0] == 'P' && std::string_view("2356").find(head[1]) != head.npos &&
           std::string_view(" \t\r\n#").find(head[2]) != head.npos;
}

base::Result<Picture> decodeAny(std::string_view bytes, const std::string& where, PictureUse use, bool factsOnly)
{
    if (isJpeg(bytes))
        return pictures::decodeJpeg(bytes, where, use == PictureUse::Seen, factsOnly);
    if (isPng(bytes))
        return pictures::decodePng(bytes, where, use, factsOnly);
    if (isBmp(bytes))
        return pictures::decodeBmp(bytes, where, use == PictureUse::Mask, factsOnly);
    if (isPnm(bytes))
        return pictures::decodePnm(bytes, where, factsOnly);
    return pictures::pictureError(where, bytes.empty() ? "is empty"
                                                       : "is no picture that is read here: JPEG, PNG, BMP or PNM");
}

}

bool looksLikePicture(std::string_view head)
{
    return isJpeg(head) || isPng(head) || isBmp(head) || isPnm(head);
}

bool namesPicture(std::string_view path)
{
    constexpr std::string_view known[] = {"jpg", "jpeg", "png", "bmp", "ppm", "pgm", "pnm"};
    return std::find(std::begin(known), std::end(known), extensionOf(path)) != std::end(known);
}

bool namesOtherPicture(std::string_view path)
{
    constexpr std::string_view others[] = {"tif", "tiff", "webp", "gif", "heic", "avif", "jp2"};
    return std::find(std::begin(others), std::end(others), extensionOf(path)) != std::end(others);
}

base::Result<Picture> decodePicture(std::string_view bytes, const std::string& where, PictureUse use)
{
    CORE_TRY(picture, decodeAny(bytes, where, use, false));
    return use == PictureUse::Mask ? withChannels(std::move(picture), 1) : std::move(picture);
}

base::Result<PictureFacts> pictureFacts(std::string_view bytes, const std::string& where, PictureUse use)
{
    CORE_TRY(picture, decodeAny(bytes, where, use, true));
    return picture.facts;
}

Picture withChannels(Picture picture, std::int64_t channels)
{
    if (picture.facts.channels == channels)
        return picture;
    const std::size_t plane = std::size_t(picture.facts.height * picture.facts.width);
    if (channels == 3) {
        picture.pixels.resize(3 * plane);
        for (std::size_t c = 1; c < 3; ++c)
            std::copy_n(picture.pixels.begin(), plane, picture.pixels.begin() + std::ptrdiff_t(c * plane));
    } else {
        for (std::size_t i = 0; i < plane; ++i) {
            const std::uint8_t* pixel = picture.pixels.data() + i;
            picture.pixels[i] =
                std::uint8_t((pixel[0] * 19595u + pixel[plane] * 38470u + pixel[2 * plane] * 7471u + 0x8000u) >> 16);
        }
        picture.pixels.resize(plane);
    }
    picture.facts.channels = channels;
    return picture;
}

}
