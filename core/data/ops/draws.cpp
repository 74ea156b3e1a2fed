// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"

#include <algorithm>
#include <cmath>

namespace core::data {

using base::Draw;

namespace {

constexpr std::uint64_t tries = 10;

// An area and a ratio, as torchvision draws both crops and what is erased: {width-like, height-like} before rounding.
std::array<double, 2> sidesOf(double area, const std::array<double, 2>& scale, const std::array<double, 2>& ratio,
                              const Draw& draw, std::uint64_t attempt)
{
    const double part = area * draw.uniform(4 * attempt, scale[0], scale[1]);
    const double aspect = std::exp(draw.uniform(4 * attempt + 1, std::log(ratio[0]), std::log(ratio[1])));
    return {std::sqrt(part * aspect), std::sqrt(part / aspect)};
}

// Python's round: halves to even.
std::int64_t whole(double value)
{
    return std::int64_t(std::nearbyint(value));
}

std::int64_t below(const Draw& draw, std::uint64_t index, std::int64_t n)
{
    return std::int64_t(draw.below(index, std::uint64_t(n)));
}

}

std::array<double, 2> around(const std::vector<double>& range, double middle)
{
    if (range.empty())
        return {middle, middle};
    if (range.size() == 1)
        return {middle - range[0], middle + range[0]};
    return {std::min(range[0], range[1]), std::max(range[0], range[1])};
}

double uniformIn(const std::array<double, 2>& range, const Draw& draw, std::uint64_t index)
{
    return draw.uniform(index, range[0], range[1]);
}

double drawGamma(double alpha, const Draw& draw)
{
    if (alpha < 1)
        return drawGamma(alpha + 1, draw.within(1)) * std::pow(1 - draw.uniform(0), 1 / alpha);
    const double d = alpha - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    const Draw normals = draw.within(2), uniforms = draw.within(3);
    // Accepted within a few tries; the bound only keeps the loop finite.
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const double x = normals.normal(i), root = 1 + c * x;
        if (root <= 0)
            continue;
        const double v = root * root * root;
        if (std::log(1 - uniforms.uniform(i)) < 0.5 * x * x + d - d * v + d * std::log(v))
            return d * v;
    }
    return d;
}

double drawBeta(double alpha, const Draw& draw)
{
    return drawDirichlet(2, alpha, draw)[0];
}

std::vector<double> drawDirichlet(std::size_t count, double alpha, const Draw& draw)
{
    std::vector<double> shares(count);
    double total = 0;
    for (std::size_t i = 0; i < count; ++i)
        total += shares[i] = drawGamma(alpha, draw.within(i));
    // A tiny alpha may underflow all of them: then one has everything.
    if (!(total > 0)) {
        shares.assign(count, 0);
        shares[std::size_t(draw.below(0, count))] = total = 1;
    }
    for (double& share : shares)
        share /= total;
    return shares;
}

AffineParameters drawAffine(const AffineRanges& ranges, std::int64_t width, std::int64_t height, const Draw& draw)
{
    const double right = ranges.translate[0] * double(width), down = ranges.translate[1] * double(height);
    return {.angle = uniformIn(ranges.degrees, draw, 0),
            .translate = {double(whole(draw.uniform(1, -right, right))), double(whole(draw.uniform(2, -down, down)))},
            .scale = uniformIn(ranges.scale, draw, 3),
            .shear = {uniformIn(ranges.shearX, draw, 4), uniformIn(ranges.shearY, draw, 5)}};
}

Frame drawResizedCrop(std::int64_t width, std::int64_t height, const std::array<double, 2>& scale,
                      const std::array<double, 2>& ratio, const Draw& draw)
{
    for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
        const auto sides = sidesOf(double(width * height), scale, ratio, draw, attempt);
        const std::int64_t w = whole(sides[0]), h = whole(sides[1]);
        if (w > 0 && w <= width && h > 0 && h <= height)
            return {below(draw, 4 * attempt + 2, height - h + 1), below(draw, 4 * attempt + 3, width - w + 1), h, w};
    }
    const double own = double(width) / double(height);
    std::int64_t w = width, h = height;
    if (own < ratio[0])
        h = whole(double(w) / ratio[0]);
    else if (own > ratio[1])
        w = whole(double(h) * ratio[1]);
    return {(height - h) / 2, (width - w) / 2, h, w};
}

Frame drawErased(std::int64_t width, std::int64_t height, const std::array<double, 2>& scale,
                 const std::array<double, 2>& ratio, const Draw& draw)
{
    for (std::uint64_t attempt = 0; attempt < tries; ++attempt) {
        // Here the ratio is of height to width.
        const auto sides = sidesOf(double(width * height), scale, ratio, draw, attempt);
        const std::int64_t h = whole(sides[0]), w = whole(sides[1]);
        if (h < height && w < width)
            return {below(draw, 4 * attempt + 2, height - h + 1), below(draw, 4 * attempt + 3, width - w + 1), h, w};
    }
    return {};
}

Frame drawCrop(std::int64_t width, std::int64_t height, std::int64_t cropWidth, std::int64_t cropHeight,
               std::int64_t padding, const Draw& draw)
{
    // Where even the padded picture is too small it is padded further on both sides (pad_if_needed).
    const auto reach = [&](std::int64_t side, std::int64_t crop, std::uint64_t index) {
        std::int64_t pad = padding;
        if (side + 2 * pad < crop)
            pad += crop - (side + 2 * pad);
        return below(draw, index, side + 2 * pad - crop + 1) - pad;
    };
    return {reach(height, cropHeight, 0), reach(width, cropWidth, 1), cropHeight, cropWidth};
}

Frame drawZoomOut(std::int64_t width, std::int64_t height, const std::array<double, 2>& side, const Draw& draw)
{
    const double by = uniformIn(side, draw, 0);
    const std::int64_t canvasWidth = std::int64_t(double(width) * by), canvasHeight = std::int64_t(double(height) * by);
    const std::int64_t left = std::int64_t(double(canvasWidth - width) * draw.uniform(1));
    const std::int64_t top = std::int64_t(double(canvasHeight - height) * draw.uniform(2));
    return {-top, -left, canvasHeight, canvasWidth};
}

std::array<std::array<double, 2>, 4> drawCorners(std::int64_t width, std::int64_t height, double distortion,
                                                 const Draw& draw)
{
    const std::int64_t boundX = std::int64_t(distortion * double(width / 2)) + 1;
    const std::int64_t boundY = std::int64_t(distortion * double(height / 2)) + 1;
    const auto left = [&](std::uint64_t i) { return double(below(draw, i, boundX)); };
    const auto top = [&](std::uint64_t i) { return double(below(draw, i, boundY)); };
    const auto right = [&](std::uint64_t i) { return double(width - boundX + below(draw, i, boundX)); };
    const auto bottom = [&](std::uint64_t i) { return double(height - boundY + below(draw, i, boundY)); };
    return {{{left(0), top(1)}, {right(2), top(3)}, {right(4), bottom(5)}, {left(6), bottom(7)}}};
}

Frame drawCutMix(std::int64_t width, std::int64_t height, double lambda, const Draw& draw)
{
    const std::int64_t x = below(draw, 0, width), y = below(draw, 1, height);
    const double half = 0.5 * std::sqrt(1 - lambda);
    const std::int64_t halfWidth = std::int64_t(half * double(width)), halfHeight = std::int64_t(half * double(height));
    const std::int64_t left = std::max<std::int64_t>(x - halfWidth, 0), top = std::max<std::int64_t>(y - halfHeight, 0);
    return {top, left, std::min(y + halfHeight, height) - top, std::min(x + halfWidth, width) - left};
}

Stripe drawStripe(std::int64_t most, std::int64_t length, double p, const Draw& draw)
{
    if (p < 1)
        most = std::min(most, std::int64_t(double(length) * p));
    // torchaudio lets a parameter exceed the axis and then masks less than it drew; here it is the axis at most.
    most = std::min(most, length);
    if (most < 1)
        return {};
    const double width = draw.uniform(0) * double(most);
    const std::int64_t from = std::int64_t(draw.uniform(1) * (double(length) - width));
    return {from, std::min(from + std::int64_t(width), length)};
}

}
