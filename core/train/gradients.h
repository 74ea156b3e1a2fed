// SPDX-License-Identifier: GPL-3.0-or-later
// What is done to gradients between the backward pass and the update.
#pragma once

#include "core/tensor/tensor.h"

#include <optional>

namespace core::train {

using Parameters = std::vector<tensor::NamedTensor>;

/// Whether L1, L2 and max-norm apply to it: weights, but no biases and no norm layers, which have one dimension.
bool penalized(const tensor::NamedTensor& parameter);

/// Adds the slope of l1 · Σ |w| + l2 / 2 · Σ w² to the gradients. The penalty itself if it is `wanted`, by optimizers
/// that compare losses; else 0.
double addPenalties(const Parameters& parameters, double l1, double l2, bool wanted);

/// Sum of the squares of a gradient's numbers.
double squareOf(const at::Tensor& gradient);
/// L2 of all gradients together.
double normOfGradients(const Parameters& parameters);
/// The same where they are, without waiting for it: a float64 scalar, summed in float32 as PyTorch's clip_grad_norm_
/// does. Undefined where there are no gradients.
at::Tensor normOnDevice(const Parameters& parameters);

void scale(const Parameters& parameters, double factor);
/// PyTorch's clip_grad_norm_, whose factor has 1e-6 in its divisor and never lengthens, then clip_grad_value_.
void clip(const Parameters& parameters, double norm, std::optional<double> mostNorm, std::optional<double> mostValue);

/// Srivastava et al. 2014, as keras.constraints.MaxNorm: on what leads into each neuron or filter.
void constrain(const Parameters& parameters, double mostNorm);

}
