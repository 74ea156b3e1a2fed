// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/plain_layers.h"

#include <cstdint>

namespace core::train::batched {

/// Rows are padded to a multiple of this.
inline constexpr std::int64_t rowsAtOnce = 16;

inline std::int64_t strideOf(std::int64_t rows)
{
    return (rows + rowsAtOnce - 1) / rowsAtOnce * rowsAtOnce;
}

/// What a loss says of a batch: the mean, and how many rows are right (of classes).
struct Judged {
    double loss = 0;
    std::int64_t right = 0;
};

/// What an update of Adam takes beside its numbers, each in the precision in which torch's fused kernel has it.
struct AdamFactors {
    float gradientDecay = 0;  ///< · w is added to the gradient (Adam's L2)
    float keep = 1;           ///< w · this before the step (AdamW: 1 − lr · decay)
    float ofGradient = 0.1F;  ///< 1 − β₁
    float keepSquares = 0.9F; ///< β₂
    float ofSquare = 0.1F;    ///< 1 − β₂
    float correction = 1;     ///< √(1 − β₂ᵗ)
    float eps = 1e-8F;
    float rate = 0; ///< lr / (1 − β₁ᵗ)
};

/// The arithmetic of small networks, without what a tensor library takes for each operator. Values lie feature by
/// feature: [features, stride], the rows of a batch beside each other; what is behind the rows up to the stride is
/// padding. One thread.
struct Kernel {
    /// `rows` [count, features] → `out` [features, stride], 0 behind the rows.
    void (*turn)(const float* rows, std::int64_t count, std::int64_t features, float* out);
    /// The way back: [features, stride] → [count, features].
    void (*turnBack)(const float* values, std::int64_t count, std::int64_t features, float* out);

    /// out = weight · in + bias; `weight` [outputs, inputs].
    void (*affine)(const float* weight, const float* bias, const float* in, std::int64_t inputs, std::int64_t outputs,
                   std::int64_t stride, float* out);
    /// The way back through it: `pulled` [inputs, stride] = weightᵀ · slope.
    void (*affineBack)(const float* weight, const float* slope, std::int64_t inputs, std::int64_t outputs,
                       std::int64_t stride, float* pulled);
    /// Slopes of its weight and bias from `slope` [outputs, stride], whose padding is 0; `add`: to what is there.
    void (*affineSlopes)(const float* in, const float* slope, std::int64_t inputs, std::int64_t outputs,
                         std::int64_t stride, bool add, float* ofWeight, float* ofBias);

    /// torch.nn's functions with their defaults, `count` numbers (a multiple of rowsAtOnce).
    void (*activate)(model::Activation kind, const float* in, std::int64_t count, float* out);
    /// `slope` times the derivative at `in`, where the function was `out`; in place.
    void (*activateBack)(model::Activation kind, const float* in, const float* out, std::int64_t count, float* slope);
    /// values · by, element by element, in place.
    void (*multiply)(const float* by, std::int64_t count, float* values);

    /// torch.nn.CrossEntropyLoss with label smoothing, mean over the rows. `scores` [classes, stride] becomes its slope
    /// times `factor`, 0 in the padding; so it does below.
    Judged (*crossEntropy)(float* scores, const std::int64_t* target, std::int64_t rows, std::int64_t classes,
                           double smoothing, double factor);
    /// torch.nn.MSELoss, mean over rows and numbers; `target` [rows, numbers].
    Judged (*squaredError)(float* values, const float* target, std::int64_t rows, std::int64_t numbers, double factor);
    /// torch.nn.BCEWithLogitsLoss of one output: class 1 or not.
    Judged (*binaryCrossEntropy)(float* scores, const std::int64_t* target, std::int64_t rows, double factor);

    /// torch.optim.Adam and AdamW, `count` weights: moves them and their averages; `largest`: amsgrad's, or nullptr.
    void (*adam)(const AdamFactors& by, const float* gradient, std::int64_t count, float* weight, float* average,
                 float* squares, float* largest);
};

/// The one for this processor. With wider registers and fused multiply-adds the last bits differ, as they do between
/// LibTorch's own kernels; one processor always gets the same one.
const Kernel& kernel();
/// The one that any processor has.
const Kernel& plainKernel();

}
