// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/tensor/tensor.h"

namespace core::model {

/// A mask of inverted dropout (Srivastava et al. 2014, scaled while training): 0 with probability p, else 1 / (1 − p).
/// Element i is a function of (draw, i) alone: it depends neither on threads nor on the rest of the batch, and has the
/// same bits on every device. `type` is float32 or float64; 0 ≤ p < 1. → [elements], contiguous.
at::Tensor dropoutMask(std::int64_t elements, at::ScalarType type, at::Device device, double p, const base::Draw& draw);

/// The same by tensor operators, for devices whose memory the processor does not reach.
at::Tensor dropoutMaskByOperators(std::int64_t elements, at::ScalarType type, at::Device device, double p,
                                  const base::Draw& draw);

}
