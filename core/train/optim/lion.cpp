// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sign.h>

namespace core::train::optim::lion {

namespace {

struct Spec {
    double lr = 1e-4;
    std::vector<double> betas{0.9, 0.99};
    double weightDecay = 0;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        const base::Domain share = base::Real{.min = 0, .max = 1, .belowMax = true};
        made.add("betas", &Spec::betas, std::make_shared<const base::List>(base::List{share, 2, 2}),
                 {"How much of the momentum goes into the direction, and how slowly the momentum forgets.",
                  "c = β₁·m + (1 − β₁)·g    m ← β₂·m + (1 − β₂)·g", "Each batch's noise decides the signs.",
                  "Old gradients push on after the slope has turned."},
                 {.live = true});
        addWeightDecay(made,
                       "Decay beside the gradient. Every move has the length lr, so rates are 3 to 10 times smaller "
                       "than AdamW's and the decay as much larger.",
                       "w ← w − lr · weight_decay · w");
        return made;
    }();
    return all;
}

/// Chen et al. 2023 (arXiv:2302.06675), algorithm 2: w ← w − lr · (sign(β₁·m + (1 − β₁)·g) + weight_decay · w).
class Lion final : public Optimizer {
public:
    Lion(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_average(zerosLikeAll())
    {
    }

    void update(const Work& now, double lr) override
    {
        const double beta1 = momentumOr(m_spec.betas[0]), decay = now.decay(m_spec.weightDecay);
        const Tensors average = now.of(m_average);
        Tensors direction = at::_foreach_mul(average, beta1);
        at::_foreach_add_(direction, now.gradients, 1 - beta1);
        at::_foreach_sign_(direction);
        if (decay != 0)
            at::_foreach_mul_(now.parameters, 1 - lr * decay);
        at::_foreach_add_(now.parameters, direction, -lr);
        at::_foreach_lerp_(average, now.gradients, 1 - m_spec.betas[1]);
    }

    std::vector<tensor::NamedTensor> state() override { return named({{"exp_avg", m_average}}); }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    Spec m_spec;
    Tensors m_average;
};

}

void enroll(Optimizers& all)
{
    all.add<Lion>("lion", "Lion",
                  "Takes only the sign of a momentum: every weight moves by the rate, and half of Adam's memory is "
                  "enough.",
                  fields());
}

}
