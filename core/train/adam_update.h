// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace core::train {

/// An update of Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019) with torch.optim's names.
struct AdamUpdate {
    double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0;
    bool amsgrad = false;
    bool decoupled = false; ///< AdamW: the decay works beside the gradient
};

/// What it works on: parameters and their gradients, and where each has its place in the lists that follow.
struct AdamTensors {
    const std::vector<at::Tensor>&parameters, &gradients;
    const std::vector<std::size_t>& places;
    const std::vector<at::Tensor>&average, &squares, &largest; ///< `largest` is empty without amsgrad
    const std::vector<at::Tensor>& steps;                      ///< updates so far: float32 scalars, counted up here
};

/// As at::_fused_adam_ and at::_fused_adamw_, which it calls; few weights on the CPU go by the kernel of small networks
/// instead, equal but for rounding, in a fifth of the time.
void updateAdam(const AdamUpdate& how, const AdamTensors& what);

}
