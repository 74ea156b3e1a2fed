// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <functional>

namespace core::train {

/// A place along a direction, `t` directions away from where the search began.
struct LinePoint {
    double t = 0;
    double loss = 0;
    double slope = 0; ///< gradient · direction
    at::Tensor gradient;
};

struct LineEnd {
    LinePoint point;
    std::int64_t looks = 0;
};

/// A place where the strong Wolfe conditions hold (c₁ = 1e-4, c₂ = 0.9), or the best of `mostLooks` (Nocedal & Wright
/// 2006, algorithms 3.5 and 3.6 with cubic interpolation, as torch.optim.LBFGS). `longest`: the largest element of the
/// direction.
LineEnd strongWolfe(const std::function<LinePoint(double t)>& look, double t, const LinePoint& start, double longest,
                    std::int64_t mostLooks);

}
