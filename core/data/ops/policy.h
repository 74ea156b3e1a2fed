// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/ops/warp.h"

namespace core::data {

/// The operations that RandAugment, TrivialAugment and AugMix choose from, by torchvision's names.
enum class PolicyOp {
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
};

/// How strong operations of a policy are: bin i of `bins` goes from nothing to `…Most`.
struct PolicySpace {
    double shearMost = 0.3;
    double translateMost = 150.0 / 331; ///< a share of the side
    double translatePixels = 0;         ///< instead, if not 0
    double rotateMost = 30;
    double colourMost = 0.9;
    double bits = 8, fewerBits = 4; ///< posterize
    std::vector<PolicyOp> ops;      ///< to choose from

    static PolicySpace randAugment();
    static PolicySpace trivialAugmentWide();
    static PolicySpace augMix(bool allOps);
};

struct PolicyStep {
    PolicyOp op = PolicyOp::Identity;
    double magnitude = 0;
};

/// Without its sign.
double magnitudeOf(const PolicySpace& space, PolicyOp op, std::int64_t bin, std::int64_t bins, std::int64_t width,
                   std::int64_t height);
/// An operation and, where it has one, its sign.
PolicyStep drawStep(const PolicySpace& space, std::int64_t bin, std::int64_t bins, std::int64_t width,
                    std::int64_t height, const base::Draw& draw);
/// Masks and boxes follow what moves pixels.
void applyStep(Sample& image, const PolicyStep& step, Interpolation interpolation, std::optional<float> fill);

}
