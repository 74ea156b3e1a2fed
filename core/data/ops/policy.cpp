// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/policy.h"

#include "core/data/ops/blur.h"
#include "core/data/ops/colour.h"

#include <cmath>
#include <numbers>

namespace core::data {

namespace {

std::vector<PolicyOp> opsFrom(PolicyOp first)
{
    std::vector<PolicyOp> ops;
    for (int op = int(first); op <= int(PolicyOp::Equalize); ++op)
        ops.push_back(PolicyOp(op));
    return ops;
}

bool isSigned(PolicyOp op)
{
    return op >= PolicyOp::ShearX && op <= PolicyOp::Sharpness;
}

}

PolicySpace PolicySpace::randAugment()
{
    PolicySpace space;
    space.ops = opsFrom(PolicyOp::Identity);
    return space;
}

PolicySpace PolicySpace::trivialAugmentWide()
{
    PolicySpace space{.shearMost = 0.99, .translatePixels = 32, .rotateMost = 135, .colourMost = 0.99, .fewerBits = 6};
    space.ops = opsFrom(PolicyOp::Identity);
    return space;
}

PolicySpace PolicySpace::augMix(bool allOps)
{
    PolicySpace space{.translateMost = 1.0 / 3, .bits = 4};
    space.ops = opsFrom(PolicyOp::ShearX);
    if (!allOps)
        std::erase_if(space.ops, [](PolicyOp op) { return op >= PolicyOp::Brightness && op <= PolicyOp::Sharpness; });
    return space;
}

double magnitudeOf(const PolicySpace& space, PolicyOp op, std::int64_t bin, std::int64_t bins, std::int64_t width,
                   std::int64_t height)
{
    const double share = bins > 1 ? double(bin) / double(bins - 1) : 0;
    switch (op) {
    case PolicyOp::ShearX:
    case PolicyOp::ShearY:
        return share * space.shearMost;
    case PolicyOp::TranslateX:
        return share * (space.translatePixels > 0 ? space.translatePixels : space.translateMost * double(width));
    case PolicyOp::TranslateY:
        return share * (space.translatePixels > 0 ? space.translatePixels : space.translateMost * double(height));
    case PolicyOp::Rotate:
        return share * space.rotateMost;
    case PolicyOp::Brightness:
    case PolicyOp::Color:
    case PolicyOp::Contrast:
    case PolicyOp::Sharpness:
        return share * space.colourMost;
    case PolicyOp::Posterize:
        return std::nearbyint(space.bits - share * space.fewerBits);
    case PolicyOp::Solarize:
        return 1 - share;
    case PolicyOp::Identity:
    case PolicyOp::AutoContrast:
    case PolicyOp::Equalize:
        break;
    }
    return 0;
}

PolicyStep drawStep(const PolicySpace& space, std::int64_t bin, std::int64_t bins, std::int64_t width,
                    std::int64_t height, const base::Draw& draw)
{
    const PolicyOp op = space.ops[std::size_t(draw.below(0, space.ops.size()))];
    const double magnitude = magnitudeOf(space, op, bin, bins, width, height);
    return {op, isSigned(op) && draw.uniform(1) <= 0.5 ? -magnitude : magnitude};
}

void applyStep(Sample& image, const PolicyStep& step, Interpolation interpolation, std::optional<float> fill)
{
    const double m = step.magnitude;
    const auto move = [&](const AffineParameters& parameters) {
        warpImage(image, Warp::affine(parameters, image.width(), image.height()), interpolation, fill);
    };
    const double shear = std::atan(m) * 180 / std::numbers::pi;
    switch (step.op) {
    case PolicyOp::Identity:
        return;
    case PolicyOp::ShearX:
        return move({.shear = {shear, 0}, .center = std::array<double, 2>{0, 0}});
    case PolicyOp::ShearY:
        return move({.shear = {0, shear}, .center = std::array<double, 2>{0, 0}});
    case PolicyOp::TranslateX:
        return move({.translate = {std::trunc(m), 0}});
    case PolicyOp::TranslateY:
        return move({.translate = {0, std::trunc(m)}});
    case PolicyOp::Rotate:
        return warpImage(image, Warp::rotation(m, image.width(), image.height()), interpolation, fill);
    case PolicyOp::Brightness:
        return adjustBrightness(image, 1 + m);
    case PolicyOp::Color:
        return adjustSaturation(image, 1 + m);
    case PolicyOp::Contrast:
        return adjustContrast(image, 1 + m);
    case PolicyOp::Sharpness:
        return adjustSharpness(image, 1 + m);
    case PolicyOp::Posterize:
        return posterize(image, int(m));
    case PolicyOp::Solarize:
        return solarize(image, m);
    case PolicyOp::AutoContrast:
        return autocontrast(image);
    case PolicyOp::Equalize:
        return equalize(image);
    }
}

}
