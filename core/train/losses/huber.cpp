// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/huber_loss.h>

namespace core::train::losses::huber {

namespace {

struct Spec {
    double delta = 1;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add(
        "delta", &Spec::delta, base::Real{.min = 0, .aboveMin = true, .log = true},
        {"Up to this distance the loss is a square, beyond it a line.", "½ d² where |d| ≤ δ, else δ (|d| − ½ δ)",
         "As the absolute error, times δ: outliers hardly count.", "As half the squared error: outliers rule."},
        {.unit = "of the target", .tunable = true, .live = true});
}

/// torch.nn.HuberLoss (Huber 1964).
class Huber final : public NumberLoss {
public:
    explicit Huber(Spec spec) : m_spec(spec) {}

protected:
    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::huber_loss(output, target, at::Reduction::None, m_spec.delta);
    }

private:
    Spec m_spec;
};

}

void enroll(Losses& all)
{
    all.add<Huber>("huber", "Huber",
                   "Squared for small errors, straight for large ones: smooth at the target and calm about outliers.",
                   fields());
}

}
