// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <cmath>

namespace core::train::optim::lamb {

namespace {

struct Spec {
    double lr = 1e-3;
    std::vector<double> betas{0.9, 0.999};
    double eps = 1e-6;
    double weightDecay = 0.01;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        addBetas(made);
        addEps(made);
        addWeightDecay(made, "Decay beside the gradient; it counts into the length that a layer's move is scaled from.",
                       "r = m̂ / (√v̂ + eps) + weight_decay · w");
        return made;
    }();
    return all;
}

/// You et al. 2020 (arXiv:1904.00962), algorithm 2 with φ(z) = z, for each tensor: r = m̂ / (√v̂ + eps) + λ·w,
/// w ← w − lr · ‖w‖ / ‖r‖ · r. Where one of the norms is 0 their ratio counts as 1.
class Lamb final : public Optimizer {
public:
    Lamb(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_steps(hostCounters()),
          m_average(zerosLikeAll()),
          m_squares(zerosLikeAll())
    {
    }

    void update(const Work& now, double lr) override
    {
        const double beta1 = momentumOr(m_spec.betas[0]), beta2 = m_spec.betas[1];
        const Tensors average = now.of(m_average), squares = now.of(m_squares);
        at::_foreach_lerp_(average, now.gradients, 1 - beta1);
        at::_foreach_mul_(squares, beta2);
        at::_foreach_addcmul_(squares, now.gradients, now.gradients, 1 - beta2);
        Scalars correction1, correction2;
        for (const double count : countedUp(now.of(m_steps))) {
            correction1.emplace_back(1 - std::pow(beta1, count));
            correction2.emplace_back(1 - std::pow(beta2, count));
        }
        Tensors divisors = at::_foreach_div(squares, correction2);
        at::_foreach_sqrt_(divisors);
        at::_foreach_add_(divisors, m_spec.eps);
        Tensors move = at::_foreach_div(average, correction1);
        at::_foreach_div_(move, divisors);
        if (const double decay = now.decay(m_spec.weightDecay); decay != 0)
            at::_foreach_add_(move, now.parameters, decay);
        // As tensors: on a GPU the numbers stay there.
        const at::Tensor weights = at::stack(at::_foreach_norm(now.parameters)),
                         moves = at::stack(at::_foreach_norm(move));
        const at::Tensor trust =
            at::where(weights.gt(0).logical_and(moves.gt(0)), weights.div(moves), at::ones_like(weights));
        at::_foreach_mul_(move, trust.unbind());
        at::_foreach_add_(now.parameters, move, -lr);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"step", m_steps}, {"exp_avg", m_average}, {"exp_avg_sq", m_squares}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    Spec m_spec;
    Tensors m_steps, m_average, m_squares;
};

}

void enroll(Optimizers& all)
{
    all.add<Lamb>("lamb", "LAMB",
                  "Adam whose move of each layer is as long as a share of that layer's weights: made for very large "
                  "batches.",
                  fields());
}

}
