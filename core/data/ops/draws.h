// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/ops/frame.h"
#include "core/data/ops/warp.h"

namespace core::data {

// What random transforms draw, by itself, so that it can be held against what others draw. Each takes a draw of its
// own.

/// One number is ± that number, two are from and to, as torchvision's degrees.
std::array<double, 2> around(const std::vector<double>& range, double middle = 0);
double uniformIn(const std::array<double, 2>& range, const base::Draw& draw, std::uint64_t index);

/// Gamma(alpha, 1) (Marsaglia & Tsang 2000).
double drawGamma(double alpha, const base::Draw& draw);
double drawBeta(double alpha, const base::Draw& draw);
/// `count` shares that add up to one; every alpha is the same.
std::vector<double> drawDirichlet(std::size_t count, double alpha, const base::Draw& draw);

struct AffineRanges {
    std::array<double, 2> degrees{0, 0};
    std::array<double, 2> translate{0, 0}; ///< largest shares of width and height
    std::array<double, 2> scale{1, 1};
    std::array<double, 2> shearX{0, 0}, shearY{0, 0};
};
AffineParameters drawAffine(const AffineRanges& ranges, std::int64_t width, std::int64_t height,
                            const base::Draw& draw);

/// A part of the picture of an area and a width-to-height ratio in these ranges; after ten tries that do not fit, the
/// middle.
Frame drawResizedCrop(std::int64_t width, std::int64_t height, const std::array<double, 2>& scale,
                      const std::array<double, 2>& ratio, const base::Draw& draw);
/// A rectangle to erase; nothing (height 0) after ten tries that do not fit.
Frame drawErased(std::int64_t width, std::int64_t height, const std::array<double, 2>& scale,
                 const std::array<double, 2>& ratio, const base::Draw& draw);
/// The frame of a crop of this size out of the picture with `padding` on all sides.
Frame drawCrop(std::int64_t width, std::int64_t height, std::int64_t cropWidth, std::int64_t cropHeight,
               std::int64_t padding, const base::Draw& draw);
/// The frame of a larger canvas around the picture.
Frame drawZoomOut(std::int64_t width, std::int64_t height, const std::array<double, 2>& side, const base::Draw& draw);
/// Where the corners of the picture go.
std::array<std::array<double, 2>, 4> drawCorners(std::int64_t width, std::int64_t height, double distortion,
                                                 const base::Draw& draw);
/// The rectangle that CutMix takes from another picture when this one is to keep the share `lambda`; may be empty.
Frame drawCutMix(std::int64_t width, std::int64_t height, double lambda, const base::Draw& draw);

/// Half-open part of an axis that SpecAugment masks.
struct Stripe {
    std::int64_t from = 0, to = 0;
};
/// torchaudio's mask_along_axis: a width below `most`, anywhere on the axis; p: no more than this share of it.
Stripe drawStripe(std::int64_t most, std::int64_t length, double p, const base::Draw& draw);

}
