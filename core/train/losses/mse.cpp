// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/mse_loss.h>

namespace core::train::losses::mse {

namespace {

struct Spec {};

/// torch.nn.MSELoss: (output − target)².
class Mse final : public NumberLoss {
public:
    explicit Mse(Spec) {}

protected:
    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::mse_loss(output, target, at::Reduction::None);
    }
};

}

void enroll(Losses& all)
{
    all.add<Mse>("mse", "Mean squared error",
                 "The mean of the squared distances: twice as wrong counts four times, so a few outliers may rule. "
                 "Its best answer is the mean. In the square of the target's unit.",
                 base::Fields<Spec>{});
}

}
