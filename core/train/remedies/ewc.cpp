// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/remedy.h"

#include <ATen/ops/zeros_like.h>

#include <algorithm>

namespace core::train::remedies::ewc {

namespace {

struct Spec {
    double lambda = 1000;
    std::int64_t rows = 200;
    std::string fisher = "model";
};

/// Kirkpatrick et al. 2017, Overcoming catastrophic forgetting (arXiv:1612.00796): λ/2 Σ F (w − w*)², where F is the
/// diagonal of the Fisher information at w*: the mean over old rows of (∂ log p / ∂w)². Weights of new outputs are
/// free.
class Ewc final : public Remedy {
public:
    Ewc(Spec spec, const std::vector<tensor::NamedTensor>& parameters) : m_spec(spec), m_anchor(parameters)
    {
        for (const auto& [name, tensor] : parameters)
            m_fisher.push_back({"fisher/" + name, at::zeros_like(tensor.detach())});
    }

    bool needsOldRows() const override { return true; }

    base::Status remember(const std::vector<tensor::NamedTensor>& parameters, const Memory& memory) override
    {
        m_anchor.set(parameters, memory.oldRows);
        const std::int64_t rows = std::min(m_spec.rows, memory.rows);
        for (const auto& fisher : m_fisher)
            fisher.tensor.zero_();
        for (std::int64_t row = 0; row < rows; ++row) {
            const at::Tensor surprise = memory.surprise(row, m_spec.fisher == "model");
            for (const auto& parameter : parameters)
                const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
            surprise.backward();
            at::NoGradGuard noGraph;
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                const at::Tensor old = m_anchor.oldPart(i, m_fisher[i].tensor);
                if (const at::Tensor& slope = parameters[i].tensor.grad(); slope.defined() && old.defined())
                    old.add_(m_anchor.oldPart(i, slope).square(), 1.0 / double(rows));
            }
        }
        for (const auto& parameter : parameters)
            const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
        return {};
    }

    double penalize(const std::vector<tensor::NamedTensor>& parameters) const override
    {
        at::NoGradGuard noGraph;
        double penalty = 0;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const at::Tensor& weight = parameters[i].tensor;
            if (!weight.grad().defined())
                continue;
            const at::Tensor away = weight.sub(m_anchor.weights(i)), pull = away.mul(m_fisher[i].tensor);
            weight.grad().add_(pull, m_spec.lambda);
            penalty += m_spec.lambda / 2 * pull.mul(away).sum().item<double>();
        }
        return penalty;
    }

    std::vector<tensor::NamedTensor> state() const override
    {
        std::vector<tensor::NamedTensor> all = m_anchor.state();
        all.insert(all.end(), m_fisher.begin(), m_fisher.end());
        return all;
    }

private:
    Spec m_spec;
    Anchor m_anchor;
    std::vector<tensor::NamedTensor> m_fisher;
};

}

void enroll(Remedies& all)
{
    all.add<Ewc>(
        "ewc", "EWC",
        "Elastic weight consolidation: holds each weight near to where it began, the more the old task needs "
        "it. Looks at old rows once, before the first step.",
        base::Fields<Spec>{}
            .add("lambda", &Spec::lambda, base::Real{.min = 0, .log = true},
                 {"How strongly weights that matter to the old task are held.", "loss + λ/2 · Σ F · (w − w*)²",
                  "The old task is forgotten.",
                  "The new task is not learned; beyond 1 / (lr · F) steps "
                  "overshoot and the loss grows."},
                 {.tunable = true})
            .add("rows", &Spec::rows, base::Int{1, 1'000'000},
                 {"Old rows by which it is found out how much each weight matters.", "F = mean of (∂ log p / ∂w)²",
                  "A matter of luck which weights are held.", "A forward and a backward pass for each."},
                 {.unit = "rows"})
            .add("fisher", &Spec::fisher, base::Choice{{"model", "empirical"}},
                 {"Whose answers the log p is of: those that the model itself gives, drawn from its "
                  "distribution, as the Fisher information is defined; or the rows' own targets, which vanish "
                  "where the old task was learned by heart."}));
}

}
