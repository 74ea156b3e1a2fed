// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>

#include <span>
#include <vector>

namespace ui::plots {

/// Numbers as a picture of `width` × `height`, row-major. `signedScale`: blue below zero, orange above, white at zero;
/// else viridis from the least to the greatest.
QImage heatImage(std::span<const float> values, int width, int height, bool signedScale);
/// The greatest over channels, each `width` × `height`: what saliency shows of a coloured picture.
std::vector<float> strongest(std::span<const float> values, int channels, int width, int height);

}
