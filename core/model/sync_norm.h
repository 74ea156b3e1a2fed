// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"

#include <array>

namespace core::model {

/// Batch norm over the rows of all ranks, as torch.nn.SyncBatchNorm: [n, channels, …].
struct SyncNorm {
    at::Tensor output;
    at::Tensor mean, scale; ///< [channels]: of all rows, and 1 / √(variance + eps)
    at::Tensor count;       ///< float64 scalar: elements of a channel on all ranks
};

/// What the running statistics are and become; undefined: there are none to be kept.
struct RunningNorm {
    at::Tensor mean, variance;
    double momentum = 0.1;
};

/// Without a graph. All ranks call it, and then the backward pass, in the same order.
SyncNorm syncNorm(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, const RunningNorm& running,
                  double eps, AcrossRanks& ranks);
/// Slopes of input (of all ranks' losses together), weight and bias (of this rank's alone: gradients are averaged
/// later).
std::array<at::Tensor, 3> syncNormBackward(const at::Tensor& gradient, const at::Tensor& input,
                                           const at::Tensor& weight, const SyncNorm& done, AcrossRanks& ranks);
/// The same with a graph.
at::Tensor syncNormWithGraph(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                             const RunningNorm& running, double eps, AcrossRanks& ranks);

}
