// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"

namespace core::data {

// torchvision's functions of these names on pixels in [0, 1]; grey pictures have no saturation and no hue to change.

/// 0: black, 1: as it is.
void adjustBrightness(Sample& image, double factor);
/// 0: grey as the picture's mean, 1: as it is.
void adjustContrast(Sample& image, double factor);
/// 0: grey, 1: as it is.
void adjustSaturation(Sample& image, double factor);
/// Turns of the colour wheel, −0.5 … 0.5.
void adjustHue(Sample& image, double factor);
/// All channels get 0.2989 · red + 0.587 · green + 0.114 · blue.
void toGrayscale(Sample& image);
void invert(Sample& image);
/// So many bits a pixel, 0 … 8.
void posterize(Sample& image, int bits);
/// What is as bright as the threshold or brighter is inverted.
void solarize(Sample& image, double threshold);
/// Each channel from its darkest to its brightest pixel is spread over 0 … 1.
void autocontrast(Sample& image);
/// Each of 256 levels of a channel is used about as often.
void equalize(Sample& image);

}
