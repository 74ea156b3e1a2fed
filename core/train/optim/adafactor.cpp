// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace core::train::optim::adafactor {

namespace {

struct Spec {
    double lr = 1e-2;
    double beta2Decay = -0.8;
    std::optional<double> eps1;
    double eps2 = 1e-3;
    double d = 1;
    double weightDecay = 0;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        made.add("beta2_decay", &Spec::beta2Decay, base::Real{.max = 0},
                 {"How fast the average of the squares slows down as it learns more.", "1 − β₂(t) = t^beta2_decay",
                  "Early gradients are remembered for good.", "0 remembers only the present gradient."},
                 {.live = true});
        made.add("eps1", &Spec::eps1, base::Real{.min = 0, .log = true},
                 {"Floor of the estimated squares. Empty: the smallest step of the numbers' type."},
                 {.live = true, .nullWord = "auto"});
        made.add("eps2", &Spec::eps2, base::Real{.min = 0, .log = true},
                 {"Floor of the weights' size that the rate is relative to, so that weights at zero can leave it.",
                  "α = max(eps2, RMS(w)) · min(lr, 1/√t)", "Tensors that start at zero never leave it.",
                  "Small tensors are thrown about."},
                 {.live = true});
        made.add("d", &Spec::d, base::Real{.min = 1},
                 {"Longest move, as the root of its mean square; longer ones are shortened to it.",
                  "u ← u / max(1, RMS(u) / d)",
                  {},
                  "Never reached: no protection from jumps."},
                 {.live = true});
        addWeightDecay(made, "Decay beside the gradient.", "w ← w − lr · weight_decay · w");
        return made;
    }();
    return all;
}

at::Tensor meanSquare(const at::Tensor& gradient, std::int64_t dim)
{
    return at::linalg_vector_norm(gradient, 2, {dim}, true).square_().div_(gradient.size(dim));
}

double rootMeanSquare(const at::Tensor& tensor)
{
    return at::linalg_vector_norm(tensor, 2).item<double>() / std::sqrt(double(tensor.numel()));
}

/// Shazeer & Stern 2018 (arXiv:1804.04235), as torch.optim.Adafactor. A matrix's squares are estimated from the means
/// of its rows and columns: v̂ = row · col / mean(row).
class Adafactor final : public Optimizer {
public:
    Adafactor(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(spec),
          m_steps(hostCounters())
    {
        for (const auto& named : parameters) {
            std::vector<std::int64_t> row = named.tensor.sizes().vec(), column = row;
            const std::size_t dims = row.size();
            if (dims > 1)
                row[dims - 1] = column[dims - 2] = 1;
            // A vector keeps its squares as they are.
            m_rows.push_back(at::zeros(row, named.tensor.options().requires_grad(false)));
            m_columns.push_back(at::zeros(dims > 1 ? column : std::vector<std::int64_t>{1},
                                          named.tensor.options().requires_grad(false)));
        }
    }

    void update(const Work& now, double lr) override
    {
        const std::vector<double> counts = countedUp(now.of(m_steps));
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const at::Tensor &weight = now.parameters[i], &gradient = now.gradients[i];
            const double alpha = std::max(m_spec.eps2, rootMeanSquare(weight)) * std::min(lr, 1 / std::sqrt(counts[i]));
            if (const double decay = now.decay(m_spec.weightDecay); decay != 0)
                weight.mul_(1 - lr * decay);
            at::Tensor move = squares(now.places[i], gradient, std::pow(counts[i], m_spec.beta2Decay));
            move.clamp_min_(std::pow(floorFor(weight), 2)).rsqrt_().mul_(gradient);
            weight.add_(move, -alpha / std::max(1.0, rootMeanSquare(move) / m_spec.d));
        }
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"step", m_steps}, {"row_var", m_rows}, {"col_var", m_columns}});
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    double floorFor(const at::Tensor& weight) const
    {
        return m_spec.eps1.value_or(weight.scalar_type() == at::kDouble ? 0x1p-52 : 0x1p-23);
    }

    // The estimate of the squares after taking in the gradient; a tensor of its own.
    at::Tensor squares(std::size_t place, const at::Tensor& gradient, double share)
    {
        const at::Tensor &row = m_rows[place], &column = m_columns[place];
        if (gradient.dim() < 2)
            return row.lerp_(gradient.mul(gradient), share).clone();
        row.lerp_(meanSquare(gradient, gradient.dim() - 1), share);
        column.lerp_(meanSquare(gradient, gradient.dim() - 2), share);
        return at::matmul(row, column).div_(row.mean(-2, true).clamp_min_(floorFor(gradient)));
    }

    Spec m_spec;
    Tensors m_steps, m_rows, m_columns;
};

}

void enroll(Optimizers& all)
{
    all.add<Adafactor>("adafactor", "Adafactor",
                       "Remembers a row and a column in place of each matrix of squares: little memory, and a rate "
                       "relative to the size of the weights.",
                       fields());
}

}
