// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

/// A thing in a picture, by the name of its class: pixels from the upper left corner, right and bottom not included.
struct MarkedThing {
    std::string name;
    float left = 0, top = 0, right = 0, bottom = 0;
};

struct MarkedPicture {
    std::string file; ///< its name, as the annotations have it
    std::int64_t width = 0, height = 0;
    std::vector<MarkedThing> things;
};

struct Annotations {
    std::vector<std::string> classes; ///< in the order of their ids
    std::vector<MarkedPicture> pictures;
    std::int64_t crowds = 0;  ///< marks of whole groups, left out
    std::int64_t strange = 0; ///< boxes of no size or of no number, left out
};

/// COCO's instances: images, annotations (bbox: left, top, width, height) and categories, whose ids may have holes.
/// Segmentations are passed over without being kept, so that files of hundreds of MB can be read. An error of kind Data
/// names the offset, or the annotation.
base::Result<Annotations> readCoco(std::string_view text, const std::string& where);
bool looksLikeCoco(std::string_view head);

/// One file of Pascal VOC. Its boxes count from 1 and include their last pixel; here they do not.
base::Result<MarkedPicture> readVoc(std::string_view text, const std::string& where);

}
