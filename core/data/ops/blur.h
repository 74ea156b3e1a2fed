// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"

namespace core::data {

/// torchvision's gaussian_blur: `kernelSize` is odd, edges are mirrored without the edge pixel twice.
void gaussianBlur(Sample& image, std::int64_t kernelWidth, std::int64_t kernelHeight, double sigma);

/// torchvision's adjust_sharpness: 0 blurs, 1 leaves as it is, 2 sharpens; the outermost pixels stay.
void adjustSharpness(Sample& image, double factor);

}
