// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/adam_update.h"
#include "core/train/optimizer_fields.h"

namespace core::train::optim::adamw {

namespace {

struct Spec {
    double lr = 1e-3;
    std::vector<double> betas{0.9, 0.999};
    double eps = 1e-8;
    double weightDecay = 0.01;
    bool amsgrad = false;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        addBetas(made);
        addEps(made);
        addWeightDecay(made, "Pulls every weight to zero by the same share, beside the gradient and not through it.",
                       "w ← w − lr · weight_decay · w");
        addAmsgrad(made);
        return made;
    }();
    return all;
}

/// Loshchilov & Hutter 2019, as torch.optim.AdamW: w ← w − lr · weight_decay · w, then Adam's step without decay.
class AdamW final : public Optimizer {
public:
    AdamW(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_steps(counters()),
          m_average(zerosLikeAll()),
          m_squares(zerosLikeAll())
    {
        if (m_spec.amsgrad)
            m_largest = zerosLikeAll();
    }

    void update(const Work& now, double lr) override
    {
        updateAdam({lr, momentumOr(m_spec.betas[0]), m_spec.betas[1], m_spec.eps, now.decay(m_spec.weightDecay),
                    m_spec.amsgrad, true},
                   {now.parameters, now.gradients, now.places, m_average, m_squares, m_largest, m_steps});
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named(
            {{"step", m_steps}, {"exp_avg", m_average}, {"exp_avg_sq", m_squares}, {"max_exp_avg_sq", m_largest}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    Spec m_spec;
    Tensors m_steps, m_average, m_squares, m_largest;
};

}

void enroll(Optimizers& all)
{
    all.add<AdamW>("adamw", "AdamW", "Adam with weight decay beside the gradient, so that it pulls all weights alike.",
                   fields());
}

}
