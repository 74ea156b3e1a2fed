// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_abs.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_maximum.h>
#include <ATen/ops/_foreach_mul.h>

#include <cmath>

namespace core::train::optim::adamax {

namespace {

struct Spec {
    double lr = 2e-3;
    std::vector<double> betas{0.9, 0.999};
    double eps = 1e-8;
    double weightDecay = 0;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        addBetas(made);
        addEps(made);
        addWeightDecay(made, "L2: pulls the weights to zero through the gradient.", "g ← g + weight_decay · w");
        return made;
    }();
    return all;
}

/// Kingma & Ba 2015, section 7, as torch.optim.Adamax: u ← max(β₂ · u, |g| + eps), w ← w − lr / (1 − β₁ᵗ) · m / u.
class Adamax final : public Optimizer {
public:
    Adamax(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_steps(hostCounters()),
          m_average(zerosLikeAll()),
          m_norms(zerosLikeAll())
    {
    }

    void update(const Work& now, double lr) override
    {
        const double beta1 = momentumOr(m_spec.betas[0]);
        const Tensors gradients = now.decayed(m_spec.weightDecay);
        const Tensors average = now.of(m_average), norms = now.of(m_norms);
        at::_foreach_lerp_(average, gradients, 1 - beta1);
        at::_foreach_mul_(norms, m_spec.betas[1]);
        Tensors sizes = at::_foreach_abs(gradients);
        at::_foreach_add_(sizes, m_spec.eps);
        at::_foreach_maximum_(norms, sizes);
        Scalars moves;
        for (const double count : countedUp(now.of(m_steps)))
            moves.emplace_back(-lr / (1 - std::pow(beta1, count)));
        at::_foreach_addcdiv_(now.parameters, average, norms, moves);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"step", m_steps}, {"exp_avg", m_average}, {"exp_inf", m_norms}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    Spec m_spec;
    Tensors m_steps, m_average, m_norms;
};

}

void enroll(Optimizers& all)
{
    all.add<Adamax>("adamax", "Adamax",
                    "Adam that divides by the largest recent gradient instead of the average of squares.", fields());
}

}
