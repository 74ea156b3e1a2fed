// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

namespace core::train::optim::adadelta {

namespace {

struct Spec {
    double lr = 1;
    double rho = 0.9;
    double eps = 1e-6;
    double weightDecay = 0;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        made.add("rho", &Spec::rho, base::Real{.min = 0, .max = 1},
                 {"How slowly both averages of squares forget: about 1 / (1 − rho) steps.",
                  "v ← rho · v + (1 − rho) · g²", "Each batch's noise changes the step size.",
                  "Old, large gradients keep the steps small."},
                 {.tunable = true, .live = true});
        made.add("eps", &Spec::eps, base::Real{.min = 0, .log = true},
                 {"Added inside both roots. It is also what the first steps live on: √eps is their size.",
                  {},
                  "Training takes ages to get going.",
                  "Steps no longer fit each weight: plain gradient descent."},
                 {.tunable = true, .live = true});
        addWeightDecay(made, "L2: pulls the weights to zero through the gradient.", "g ← g + weight_decay · w");
        return made;
    }();
    return all;
}

/// Zeiler 2012, as torch.optim.Adadelta: Δ = √(u + eps) / √(v + eps) · g, u ← rho · u + (1 − rho) · Δ², w ← w − lr · Δ.
class Adadelta final : public Optimizer {
public:
    Adadelta(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(spec),
          m_squares(zerosLikeAll()),
          m_moves(zerosLikeAll())
    {
    }

    void update(const Work& now, double lr) override
    {
        const Tensors gradients = now.decayed(m_spec.weightDecay);
        const Tensors squares = now.of(m_squares), moves = now.of(m_moves);
        at::_foreach_mul_(squares, m_spec.rho);
        at::_foreach_addcmul_(squares, gradients, gradients, 1 - m_spec.rho);
        Tensors divisors = at::_foreach_add(squares, m_spec.eps);
        at::_foreach_sqrt_(divisors);
        Tensors move = at::_foreach_add(moves, m_spec.eps);
        at::_foreach_sqrt_(move);
        at::_foreach_div_(move, divisors);
        at::_foreach_mul_(move, gradients);
        at::_foreach_mul_(moves, m_spec.rho);
        at::_foreach_addcmul_(moves, move, move, 1 - m_spec.rho);
        at::_foreach_add_(now.parameters, move, -lr);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"square_avg", m_squares}, {"acc_delta", m_moves}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    Spec m_spec;
    Tensors m_squares, m_moves;
};

}

void enroll(Optimizers& all)
{
    all.add<Adadelta>("adadelta", "Adadelta",
                      "Finds its step sizes by itself, from the sizes of its own last moves; lr only scales them.",
                      fields());
}

}
