// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"

#include <optional>
#include <string>

namespace core::data {

/// A rectangle of whole pixels; may reach beyond the picture.
struct Frame {
    std::int64_t top = 0, left = 0, height = 0, width = 0;

    bool operator==(const Frame&) const = default;
};

/// What stands outside a picture: `fill`, or its own pixels by torchvision's names.
struct Padding {
    std::string mode = "constant"; ///< constant, edge, reflect (without the edge twice), symmetric (with it)
    float fill = 0;
};

/// The picture inside the frame, and padding where the frame reaches beyond it (masks: 255 where padding is constant).
/// Boxes move along and are cut.
void cropImage(Sample& image, const Frame& frame, const Padding& padding = {});

/// Bilinear; smaller ones are averaged over what each pixel covers (torchvision's resize with antialias). Masks take
/// the nearest pixel.
void resizeImage(Sample& image, std::int64_t height, std::int64_t width);

void flipVertically(Sample& image);

/// Bytes as parts of 255, as many as there is place for. By division: times 255 again, every byte comes out as it was.
void fractionsOf(const std::uint8_t* bytes, std::vector<float>& fractions);

/// One rectangle gets one value a channel; an empty list: `noise`, as many as the rectangle has pixels in all channels.
/// The frame must lie inside.
void eraseImage(Sample& image, const Frame& frame, const std::vector<float>& value,
                const std::vector<float>& noise = {});

}
