// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

namespace core::train {

/// Makes the loss larger, so that small gradients of float16 do not become 0, and the gradients smaller again:
/// PyTorch's GradScaler (Micikevicius et al. 2018) with its defaults. The scale begins at 2¹⁶, doubles after 2,000
/// steps without an overflow and is halved by one, whose step is left out.
class LossScaler {
public:
    LossScaler();

    double scale() const;
    /// Told after each step whether every gradient was finite.
    void update(bool finite);
    /// `optimizer/loss_scale` [scale, steps since it changed] float64, live.
    tensor::NamedTensor state() const { return {"optimizer/loss_scale", m_state}; }
    base::Status load(const base::Blob& saved);

private:
    at::Tensor m_state;
};

}
