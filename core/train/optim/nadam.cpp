// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

#include <cmath>

namespace core::train::optim::nadam {

namespace {

struct Spec {
    double lr = 2e-3;
    std::vector<double> betas{0.9, 0.999};
    double eps = 1e-8;
    double weightDecay = 0;
    double momentumDecay = 4e-3;
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
        made.add("momentum_decay", &Spec::momentumDecay, base::Real{.min = 0, .log = true},
                 {"How soon the momentum has grown to its full β₁: it starts at half of it.",
                  "μ(t) = β₁ · (1 − ½ · 0.96^(t · momentum_decay))", "Half the momentum for the whole run.",
                  "Full momentum from the first, noisy averages on."},
                 {.live = true});
        addDecoupled(made);
        return made;
    }();
    return all;
}

/// Dozat 2016, as torch.optim.NAdam: w ← w − lr · (μ(t+1) · m / (1 − Πμ) + (1 − μ(t)) · g / (1 − Πμ)) / (√v̂ + eps).
class NAdam final : public Optimizer {
public:
    NAdam(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_steps(hostCounters()),
          m_products(hostCounters()),
          m_average(zerosLikeAll()),
          m_squares(zerosLikeAll())
    {
        for (const at::Tensor& product : m_products)
            product.fill_(1);
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
        Scalars corrections, ofGradient, ofAverage;
        const std::vector<double> counts = countedUp(now.of(m_steps));
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double mu = momentumAt(beta1, counts[i]), next = momentumAt(beta1, counts[i] + 1);
            // In float32, as PyTorch keeps it.
            const float product = *m_products[now.places[i]].mutable_data_ptr<float>() *= float(mu);
            corrections.emplace_back(1 - std::pow(beta2, counts[i]));
            ofGradient.emplace_back(-lr * (1 - mu) / (1 - double(product)));
            ofAverage.emplace_back(-lr * next / (1 - double(product) * next));
        }
        Tensors divisors = at::_foreach_div(squares, corrections);
        at::_foreach_sqrt_(divisors);
        at::_foreach_add_(divisors, m_spec.eps);
        at::_foreach_addcdiv_(now.parameters, gradients, divisors, ofGradient);
        at::_foreach_addcdiv_(now.parameters, average, divisors, ofAverage);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named(
            {{"step", m_steps}, {"mu_product", m_products}, {"exp_avg", m_average}, {"exp_avg_sq", m_squares}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    double momentumAt(double beta1, double step) const
    {
        return beta1 * (1 - 0.5 * std::pow(0.96, step * m_spec.momentumDecay));
    }

    Spec m_spec;
    Tensors m_steps, m_products, m_average, m_squares;
};

}

void enroll(Optimizers& all)
{
    all.add<NAdam>("nadam", "NAdam", "Adam that looks ahead as Nesterov's momentum does, with a momentum that grows.",
                   fields());
}

}
