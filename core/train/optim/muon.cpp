// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace core::train::optim::muon {

namespace {

struct Spec {
    double lr = 1e-3;
    double weightDecay = 0.1;
    double momentum = 0.95;
    bool nesterov = true;
    std::vector<double> nsCoefficients{3.4445, -4.7750, 2.0315};
    double eps = 1e-7;
    std::int64_t nsSteps = 5;
    std::string adjustLrFn = "original";
    double adamwLr = 1e-3;
    std::vector<double> adamwBetas{0.9, 0.999};
    double adamwEps = 1e-8;
    double adamwWeightDecay = 0.01;
};

void addCompanion(base::Fields<Spec>& fields)
{
    const base::Domain share = base::Real{.min = 0, .max = 1, .belowMax = true};
    fields
        .add("adamw_lr", &Spec::adamwLr, base::Real{.min = 0, .log = true},
             {"The rate of what Muon does not take: biases, norm layers, filters of convolutions. AdamW moves those. "
              "The schedule changes both rates by the same factor.",
              {},
              "Biases and norms lag behind the matrices.",
              "The loss jumps about although the matrices' rate is fine."},
             {.tunable = true, .live = true})
        .add("adamw_betas", &Spec::adamwBetas, std::make_shared<const base::List>(base::List{share, 2, 2}),
             {"AdamW's betas for what Muon does not take."}, {.live = true})
        .add("adamw_eps", &Spec::adamwEps, base::Real{.min = 0, .log = true},
             {"AdamW's eps for what Muon does not take."}, {.live = true})
        .add("adamw_weight_decay", &Spec::adamwWeightDecay, base::Real{.min = 0, .log = true},
             {"AdamW's weight decay for what Muon does not take."}, {.tunable = true, .live = true});
}

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        addWeightDecay(made, "Decay of the matrices, beside the gradient.", "w ← w − lr · weight_decay · w");
        made.add("momentum", &Spec::momentum, base::Real{.min = 0, .max = 1, .belowMax = true},
                 {"How slowly the average of the gradients forgets.", "b ← momentum · b + (1 − momentum) · g",
                  "Each batch's noise decides the direction.", "Old gradients push on after the slope has turned."},
                 {.tunable = true, .live = true});
        made.add("nesterov", &Spec::nesterov, base::Flag{},
                 {"Mixes the present gradient into the momentum before it is orthogonalised.",
                  "u = momentum · b + (1 − momentum) · g"},
                 {.live = true});
        made.add("ns_coefficients", &Spec::nsCoefficients,
                 std::make_shared<const base::List>(base::List{base::Real{}, 3, 3}),
                 {"The polynomial of the Newton–Schulz iteration that brings all singular values near 1.",
                  "X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ"},
                 {.live = true});
        made.add("eps", &Spec::eps, base::Real{.min = 0, .log = true},
                 {"Floor of the norm that a matrix is divided by before the iteration."}, {.live = true});
        made.add("ns_steps", &Spec::nsSteps, base::Int{1, 99},
                 {"Newton–Schulz iterations.",
                  {},
                  "Small singular values stay small: nearly plain momentum.",
                  "Time for little: five are enough."},
                 {.live = true});
        made.add("adjust_lr_fn", &Spec::adjustLrFn, base::Choice{{"original", "match_rms_adamw"}},
                 {"How the rate of an A×B matrix follows its shape. match_rms_adamw lets AdamW's rates be used as "
                  "they are.",
                  "original: √max(1, A/B)    match_rms_adamw: 0.2 · √max(A, B)"},
                 {.live = true});
        addCompanion(made);
        return made;
    }();
    return all;
}

/// Jordan et al. 2024, as torch.optim.Muon (in bfloat16, too), for matrices; AdamW for all else.
class Muon final : public Optimizer {
public:
    Muon(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_steps(counters()),
          m_average(zerosLikeAll()),
          m_squares(zerosLikeAll())
    {
        // A matrix has a momentum and nothing else.
        for (at::Tensor& squares : m_squares)
            if (squares.dim() == 2)
                squares = at::zeros({1}, squares.options());
    }

    void update(const Work& now, double lr) override
    {
        Work others;
        for (std::size_t i = 0; i < now.places.size(); ++i)
            if (now.parameters[i].dim() == 2)
                move(now.parameters[i], now.gradients[i], m_average[now.places[i]], lr, now.decay(m_spec.weightDecay));
            else
                others.add(now, i);
        if (others.places.empty())
            return;
        const Tensors steps = others.of(m_steps);
        countUp(steps);
        const double rate = m_spec.lr > 0 ? m_spec.adamwLr * (lr / m_spec.lr) : 0;
        at::_fused_adamw_(others.parameters, others.gradients, others.of(m_average), others.of(m_squares), {}, steps,
                          rate, m_spec.adamwBetas[0], m_spec.adamwBetas[1], others.decay(m_spec.adamwWeightDecay),
                          m_spec.adamwEps, false, false);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"step", m_steps}, {"exp_avg", m_average}, {"exp_avg_sq", m_squares}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    void move(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& average, double lr, double decay)
    {
        const double momentum = momentumOr(m_spec.momentum);
        average.lerp_(gradient, 1 - momentum);
        const at::Tensor direction = orthogonal(m_spec.nesterov ? gradient.lerp(average, momentum) : average);
        const double rows = double(weight.size(0)), columns = double(weight.size(1));
        const double factor = m_spec.adjustLrFn == "original" ? std::sqrt(std::max(1.0, rows / columns))
                                                              : 0.2 * std::sqrt(std::max(rows, columns));
        weight.mul_(1 - lr * decay);
        weight.add_(direction, -lr * factor);
    }

    at::Tensor orthogonal(const at::Tensor& matrix) const
    {
        const bool tall = matrix.size(0) > matrix.size(1);
        at::Tensor x = matrix.to(at::kBFloat16);
        if (tall)
            x = x.t();
        x = x.div(at::linalg_vector_norm(x, 2).clamp_min(m_spec.eps));
        const std::vector<double>& c = m_spec.nsCoefficients;
        for (std::int64_t step = 0; step < m_spec.nsSteps; ++step) {
            const at::Tensor gram = at::matmul(x, x.t());
            x = at::addmm(x, at::addmm(gram, gram, gram, c[1], c[2]), x, c[0]);
        }
        return tall ? x.t() : x;
    }

    Spec m_spec;
    Tensors m_steps, m_average, m_squares;
};

}

void enroll(Optimizers& all)
{
    all.add<Muon>("muon", "Muon",
                  "Moves each matrix along its momentum with all singular values made equal, so that rare directions "
                  "learn as fast as common ones. Biases, norms and filters go by AdamW with a rate of its own.",
                  fields());
}

}
