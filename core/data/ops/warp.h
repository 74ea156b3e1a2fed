// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"

#include <array>
#include <optional>

namespace core::data {

enum class Interpolation { Nearest, Bilinear };
/// Of `nearest` and `bilinear`.
Interpolation interpolationOf(const std::string& name);

/// torchvision's: degrees, pixels, a factor, degrees; `center` in pixels from the upper left corner, else the middle.
struct AffineParameters {
    double angle = 0;
    std::array<double, 2> translate{0, 0};
    double scale = 1;
    std::array<double, 2> shear{0, 0};
    std::optional<std::array<double, 2>> center = {};
};

/// Where each pixel of a result is found in the picture it is made of.
class Warp {
public:
    static Warp affine(const AffineParameters& parameters, std::int64_t width, std::int64_t height);
    /// Counter-clockwise, as torchvision's rotate.
    static Warp rotation(double degrees, std::int64_t width, std::int64_t height);
    /// From (x, y) to ((a·x + b·y + c) / (g·x + h·y + 1), (d·x + e·y + f) / (g·x + h·y + 1)).
    static Warp perspective(const std::array<double, 8>& coefficients, std::int64_t width, std::int64_t height);

    /// Of the pixels of row y of the result: columns and rows in the picture, 0 at the middle of the first pixel.
    void lookUp(std::int64_t y, float* columns, float* rows) const;
    /// The place of a point of the picture in the result, both in pixels from the upper left corner.
    std::array<double, 2> placeOf(double x, double y) const;
    std::int64_t width() const { return m_width; }
    std::int64_t height() const { return m_height; }

private:
    std::array<float, 9> m_grid{};     // as torch's grid_sample takes it: from −1 to 1 over the picture
    std::array<double, 9> m_forward{}; // pixels of the picture to pixels of the result
    bool m_tilts = false;
    std::int64_t m_width = 0, m_height = 0;

    Warp(const std::array<double, 9>& inverse, std::int64_t width, std::int64_t height);
};

/// The coefficients that bring `corners` back to the corners of a picture; both upper left, upper right, lower right,
/// lower left.
std::array<double, 8> perspectiveTo(const std::array<std::array<double, 2>, 4>& corners, std::int64_t width,
                                    std::int64_t height);

/// Pixels, mask and boxes. Outside the picture there is `fill`, or nothing that is mixed in where it is empty (as
/// torchvision's functions do without a fill); masks have 255 there, which counts for nothing.
void warpImage(Sample& image, const Warp& warp, Interpolation interpolation, std::optional<float> fill);

/// Boxes are cut at the picture's edges; those of which nothing is left are dropped.
void clipBoxes(Sample& image);

}
