// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/l1_loss.h>

namespace core::train::losses::mae {

namespace {

struct Spec {};

/// torch.nn.L1Loss: |output − target|.
class Mae final : public NumberLoss {
public:
    explicit Mae(Spec) {}

protected:
    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::l1_loss(output, target, at::Reduction::None);
    }
};

}

void enroll(Losses& all)
{
    all.add<Mae>("mae", "Mean absolute error",
                 "The mean distance, in the target's own unit: an outlier counts as far as it is off and no more. Its "
                 "best answer is the median. The gradient is as long near the target as far from it, so the rate must "
                 "fall for the last bit.",
                 base::Fields<Spec>{});
}

}
