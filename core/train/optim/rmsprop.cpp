// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

namespace core::train::optim::rmsprop {

namespace {

struct Spec {
    double lr = 1e-2;
    double alpha = 0.99;
    double eps = 1e-8;
    double weightDecay = 0;
    double momentum = 0;
    bool centered = false;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        made.add("alpha", &Spec::alpha, base::Real{.min = 0, .max = 1, .belowMax = true},
                 {"How slowly the average of the squared gradients forgets: about 1 / (1 − alpha) steps.",
                  "v ← alpha · v + (1 − alpha) · g²", "Each batch's noise changes the step size.",
                  "Old, large gradients keep the steps small."},
                 {.tunable = true, .live = true});
        addEps(made);
        addWeightDecay(made, "L2: pulls the weights to zero through the gradient.", "g ← g + weight_decay · w");
        made.add("momentum", &Spec::momentum, base::Real{.min = 0, .max = 1, .belowMax = true},
                 {"The share of the last move that goes on.",
                  "b ← momentum · b + g / (√v + eps)    w ← w − lr · b",
                  {},
                  "Overshoots and swings about the minimum."},
                 {.tunable = true, .live = true});
        made.add(
            "centered", &Spec::centered, base::Flag{},
            {"Divides by the spread of the gradients about their average, not about zero.", "v − (average of g)²"});
        return made;
    }();
    return all;
}

/// Hinton's lecture 6e (2012) with Graves' centred form (2013), as torch.optim.RMSprop: w ← w − lr · g / (√v + eps).
class RmsProp final : public Optimizer {
public:
    RmsProp(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(spec),
          m_squares(zerosLikeAll()),
          m_buffers(zerosLikeAll())
    {
        if (spec.centered)
            m_averages = zerosLikeAll();
    }

    void update(const Work& now, double lr) override
    {
        const Tensors gradients = now.decayed(m_spec.weightDecay);
        const double momentum = momentumOr(m_spec.momentum);
        const Tensors divisors = spreads(now, gradients);
        if (momentum == 0)
            return at::_foreach_addcdiv_(now.parameters, gradients, divisors, -lr);
        const Tensors buffers = now.of(m_buffers);
        at::_foreach_mul_(buffers, momentum);
        at::_foreach_addcdiv_(buffers, gradients, divisors);
        at::_foreach_add_(now.parameters, buffers, -lr);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"square_avg", m_squares}, {"grad_avg", m_averages}, {"momentum_buffer", m_buffers}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    // √v + eps after taking in the gradients.
    Tensors spreads(const Work& now, const Tensors& gradients) const
    {
        const Tensors squares = now.of(m_squares);
        at::_foreach_mul_(squares, m_spec.alpha);
        at::_foreach_addcmul_(squares, gradients, gradients, 1 - m_spec.alpha);
        Tensors roots = squares;
        if (m_spec.centered) {
            const Tensors averages = now.of(m_averages);
            at::_foreach_lerp_(averages, gradients, 1 - m_spec.alpha);
            roots = at::_foreach_addcmul(squares, averages, averages, -1);
        }
        roots = at::_foreach_sqrt(roots);
        at::_foreach_add_(roots, m_spec.eps);
        return roots;
    }

    Spec m_spec;
    Tensors m_squares, m_averages, m_buffers;
};

}

void enroll(Optimizers& all)
{
    all.add<RmsProp>("rmsprop", "RMSprop", "Divides each weight's gradient by the size that its gradients lately had.",
                     fields());
}

}
