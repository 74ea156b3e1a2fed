// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

/// The size of a picture in a file.
struct PictureFacts {
    std::int64_t channels = 0, height = 0, width = 0; ///< channels: 1 grey or 3 red, green, blue

    bool operator==(const PictureFacts&) const = default;
};

/// A decoded picture: [channels, height, width], 8 bits each.
struct Picture {
    PictureFacts facts;
    std::vector<std::uint8_t> pixels;
};

enum class PictureUse {
    Seen,   ///< as a person sees it: turned as EXIF says, palettes as their colours, without transparency
    Marked, ///< as annotations measure it: as it is stored
    Mask,   ///< one channel: numbers of classes, of a palette's entries or grey values, not scaled to 8 bits
};

/// More pixels than this are refused before any memory is taken for them.
inline constexpr std::int64_t mostPixels = std::int64_t(1) << 27;

/// Whether a file that begins with `head` is a picture that is read here: JPEG, PNG, BMP, PNM.
bool looksLikePicture(std::string_view head);
/// Whether a file's name says that it is one of those; `other`: one of a format that is not read here.
bool namesPicture(std::string_view path);
bool namesOtherPicture(std::string_view path);

/// An error of kind Data that says what is wrong with the picture: cut off, damaged, too large.
base::Result<Picture> decodePicture(std::string_view bytes, const std::string& where,
                                    PictureUse use = PictureUse::Seen);
/// Its size alone; of a JPEG the beginning of the file may be enough.
base::Result<PictureFacts> pictureFacts(std::string_view bytes, const std::string& where,
                                        PictureUse use = PictureUse::Seen);

/// Grey as R · 0.299 + G · 0.587 + B · 0.114 (ITU-R 601, as PIL does), or grey three times.
Picture withChannels(Picture picture, std::int64_t channels);

}
