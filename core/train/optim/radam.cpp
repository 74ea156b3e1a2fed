// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

#include <cmath>

namespace core::train::optim::radam {

namespace {

struct Spec {
    double lr = 1e-3;
    std::vector<double> betas{0.9, 0.999};
    double eps = 1e-8;
    double weightDecay = 0;
    bool decoupledWeightDecay = false;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        addBetas(made);
        addEps(made);
        addWeightDecay(made, "L2: pulls the weights to zero through the gradient.", "g ← g + weight_decay · w");
        addDecoupled(made);
        return made;
    }();
    return all;
}

/// Liu et al. 2020, as torch.optim.RAdam. With ρ∞ = 2 / (1 − β₂) − 1 and ρ = ρ∞ − 2·t·β₂ᵗ / (1 − β₂ᵗ):
/// w ← w − lr · r · m̂ / (√v̂ + eps) where ρ > 5, r² = (ρ−4)(ρ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρ); else w ← w − lr · m̂.
class RAdam final : public Optimizer {
public:
    RAdam(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
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
        const double decay = now.decay(m_spec.weightDecay);
        const Tensors gradients = m_spec.decoupledWeightDecay ? now.gradients : now.decayed(m_spec.weightDecay);
        if (m_spec.decoupledWeightDecay && decay != 0)
            at::_foreach_mul_(now.parameters, 1 - lr * decay);
        const Tensors average = now.of(m_average), squares = now.of(m_squares);
        at::_foreach_lerp_(average, gradients, 1 - beta1);
        at::_foreach_mul_(squares, beta2);
        at::_foreach_addcmul_(squares, gradients, gradients, 1 - beta2);
        const std::vector<double> counts = countedUp(now.of(m_steps));
        Work rectified;
        Scalars moves;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double correction1 = 1 - std::pow(beta1, counts[i]), correction2 = 1 - std::pow(beta2, counts[i]);
            const double most = 2 / (1 - beta2) - 1;
            const double rho = most - 2 * counts[i] * std::pow(beta2, counts[i]) / correction2;
            if (rho <= 5) {
                now.parameters[i].add_(average[i], -lr / correction1);
                continue;
            }
            const double rectification = std::sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho));
            rectified.add(now, i);
            moves.emplace_back(-lr * rectification * std::sqrt(correction2) / correction1);
        }
        if (rectified.places.empty())
            return;
        Tensors divisors = at::_foreach_sqrt(rectified.of(m_squares));
        at::_foreach_add_(divisors, m_spec.eps);
        at::_foreach_addcdiv_(rectified.parameters, rectified.of(m_average), divisors, moves);
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
    all.add<RAdam>("radam", "RAdam",
                   "Adam that steps carefully while its average of squares rests on few gradients: a built-in warm-up.",
                   fields());
}

}
