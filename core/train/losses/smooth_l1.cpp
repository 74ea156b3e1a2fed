// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/smooth_l1_loss.h>

namespace core::train::losses::smooth_l1 {

namespace {

struct Spec {
    double beta = 1;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add("beta", &Spec::beta, base::Real{.min = 0},
                                    {"Up to this distance the loss is a square, beyond it a line of slope 1.",
                                     "½ d² / β where |d| < β, else |d| − ½ β", "0 is the absolute error.",
                                     "Errors below it hardly count."},
                                    {.unit = "of the target", .tunable = true, .live = true});
}

/// torch.nn.SmoothL1Loss (Girshick 2015): the Huber loss by δ.
class SmoothL1 final : public NumberLoss {
public:
    explicit SmoothL1(Spec spec) : m_spec(spec) {}

protected:
    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::smooth_l1_loss(output, target, at::Reduction::None, m_spec.beta);
    }

private:
    Spec m_spec;
};

}

void enroll(Losses& all)
{
    all.add<SmoothL1>("smooth_l1", "Smooth L1",
                      "The Huber loss by its δ: beyond β the slope is 1 whatever β is. Detectors place their boxes by "
                      "it.",
                      fields());
}

}
