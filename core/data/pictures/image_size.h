// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"

namespace core::data {

/// One, two, three or four channels become one (0.2989 R + 0.587 G + 0.114 B, as torchvision) or three (grey three
/// times); transparency is left out.
void setChannels(Sample& image, std::int64_t channels);

/// torchvision's v2.Resize(size, antialias=True) of the shorter side, then CenterCrop(size). Boxes are scaled, cut and,
/// where nothing is left of them, dropped; a mask takes its nearest pixels.
void resizeAndCrop(Sample& image, std::int64_t size);

}
