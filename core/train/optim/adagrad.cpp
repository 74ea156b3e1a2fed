// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_fused_adagrad.h>

namespace core::train::optim::adagrad {

namespace {

struct Spec {
    double lr = 1e-2;
    double lrDecay = 0;
    double weightDecay = 0;
    double initialAccumulatorValue = 0;
    double eps = 1e-10;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        made.add("lr_decay", &Spec::lrDecay, base::Real{.min = 0, .log = true},
                 {"Lets the rate fall besides, whatever the schedule says.",
                  "lr / (1 + t · lr_decay)",
                  {},
                  "Nothing moves after the first epochs."},
                 {.tunable = true, .live = true});
        addWeightDecay(made, "L2: pulls the weights to zero through the gradient.", "g ← g + weight_decay · w");
        made.add("initial_accumulator_value", &Spec::initialAccumulatorValue, base::Real{.min = 0, .log = true},
                 {"What the sum of squared gradients starts with.", "s = initial_accumulator_value + Σ g²",
                  "The first gradients are divided by themselves: large first steps.", "Small steps all along."});
        addEps(made);
        return made;
    }();
    return all;
}

/// Duchi, Hazan & Singer 2011, as torch.optim.Adagrad: s ← s + g², w ← w − lr / (1 + t · lr_decay) · g / (√s + eps).
class Adagrad final : public Optimizer {
public:
    Adagrad(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(spec),
          m_steps(counters()),
          m_sums(zerosLikeAll())
    {
        for (const at::Tensor& sum : m_sums)
            sum.fill_(spec.initialAccumulatorValue);
    }

    void update(const Work& now, double lr) override
    {
        const Tensors steps = now.of(m_steps);
        countUp(steps);
        at::_fused_adagrad_(now.parameters, now.gradients, now.of(m_sums), steps, lr, m_spec.lrDecay,
                            now.decay(m_spec.weightDecay), m_spec.eps, false);
    }

    std::vector<tensor::NamedTensor> state() override { return named({{"step", m_steps}, {"sum", m_sums}}); }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    Spec m_spec;
    Tensors m_steps, m_sums;
};

}

void enroll(Optimizers& all)
{
    all.add<Adagrad>("adagrad", "Adagrad",
                     "Divides each weight's gradient by all that it has seen: rare features keep large steps, and "
                     "every step shrinks as training goes on.",
                     fields());
}

}
