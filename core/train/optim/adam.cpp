// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer.h"

#include <ATen/ops/_fused_adam.h>

namespace core::train::optim::adam {

namespace {

struct Spec {
    double lr = 1e-3;
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
        addWeightDecay(
            made, "L2: pulls the weights to zero through the gradient, where Adam rescales it. AdamW decouples it.",
            "g ← g + weight_decay · w");
        return made;
    }();
    return all;
}

/// Kingma & Ba 2015, as torch.optim.Adam: w ← w − lr · m̂ / (√v̂ + eps) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
class Adam final : public Optimizer {
public:
    Adam(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_steps(counters()),
          m_average(zerosLikeAll()),
          m_squares(zerosLikeAll())
    {
    }

    void step(double lr) override
    {
        const Work now = work();
        if (now.places.empty())
            return;
        at::NoGradGuard noGraph;
        const Tensors steps = now.of(m_steps);
        countUp(steps);
        at::_fused_adam_(now.parameters, now.gradients, now.of(m_average), now.of(m_squares), {}, steps, lr,
                         m_spec.betas[0], m_spec.betas[1], m_spec.weightDecay, m_spec.eps, false, false);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"step", m_steps}, {"exp_avg", m_average}, {"exp_avg_sq", m_squares}});
    }

    bool edit(const base::Value& params) override
    {
        const auto changed = edited(fields(), m_spec, params);
        m_spec = changed.value_or(m_spec);
        return changed.has_value();
    }

private:
    Spec m_spec;
    Tensors m_steps, m_average, m_squares;
};

}

void enroll(Optimizers& all)
{
    all.add<Adam>("adam", "Adam",
                  "Gives every weight its own step size, from averages of its gradients and their squares.", fields());
}

}
