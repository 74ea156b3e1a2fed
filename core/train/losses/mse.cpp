// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/mse_loss.h>

namespace core::train::losses::mse {

namespace {

struct Spec {};

/// torch.nn.MSELoss: the mean of (output − target)² over rows and outputs.
class Mse final : public Loss {
public:
    explicit Mse(Spec) {}

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::mse_loss(output.reshape(target.sizes()), target.to(output.scalar_type()), at::Reduction::Mean);
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        const at::Tensor squares =
            at::mse_loss(output.reshape(target.sizes()), target.to(output.scalar_type()), at::Reduction::None);
        return squares.dim() > 1 ? squares.mean(1) : squares;
    }

    bool classifies() const override { return false; }
};

}

void enroll(Losses& all)
{
    all.add<Mse>("mse", "Mean squared error", "The mean of the squared distances: twice as wrong counts four times.",
                 base::Fields<Spec>{});
}

}
