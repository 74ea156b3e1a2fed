// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/picture.h"

/// The formats behind decodePicture(). With `factsOnly` pixels stay empty.
namespace core::data::pictures {

base::Result<Picture> decodeJpeg(std::string_view bytes, const std::string& where, bool upright, bool factsOnly);
base::Result<Picture> decodePng(std::string_view bytes, const std::string& where, PictureUse use, bool factsOnly);
base::Result<Picture> decodeBmp(std::string_view bytes, const std::string& where, bool indices, bool factsOnly);
base::Result<Picture> decodePnm(std::string_view bytes, const std::string& where, bool factsOnly);

base::Error pictureError(const std::string& where, const std::string& what);
/// An error if there are too many pixels or none, or more than a file of `bytes` can hold with `most` pixels a byte.
base::Status checkSize(const PictureFacts& facts, const std::string& where);
base::Status checkClaim(const PictureFacts& facts, std::size_t bytes, std::int64_t most, const std::string& where);

/// The orientation, 1 to 8, in a block of EXIF that begins with its byte order; 1 if it says nothing.
int orientationOf(std::string_view exif);
/// Turns and mirrors so that row 0 is the top and column 0 the left.
Picture upright(Picture picture, int orientation);

}
