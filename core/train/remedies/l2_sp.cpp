// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/remedy.h"

namespace core::train::remedies::l2_sp {

namespace {

struct Spec {
    double alpha = 1;
    double beta = 0.01;
};

/// Li, Grandvalet & Davoine 2018, Explicit Inductive Bias for Transfer Learning (arXiv:1802.01483), with all
/// parameters, biases and norms among them: α/2 ‖w − w₀‖² of what the old task taught + β/2 ‖w‖² of new outputs.
class L2Sp final : public Remedy {
public:
    L2Sp(Spec spec, const std::vector<tensor::NamedTensor>& parameters) : m_spec(spec), m_anchor(parameters) {}

    base::Status remember(const std::vector<tensor::NamedTensor>& parameters, const Memory& memory) override
    {
        m_anchor.set(parameters, memory.oldRows);
        return {};
    }

    double penalize(const std::vector<tensor::NamedTensor>& parameters) const override
    {
        at::NoGradGuard noGraph;
        double penalty = 0;
        const auto add = [&](const at::Tensor& away, const at::Tensor& gradient, double strength) {
            gradient.add_(away, strength);
            penalty += strength / 2 * away.square().sum().item<double>();
        };
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const at::Tensor& weight = parameters[i].tensor;
            const at::Tensor& gradient = weight.grad();
            if (!gradient.defined())
                continue;
            if (const at::Tensor old = m_anchor.oldPart(i, weight); old.defined())
                add(old.sub(m_anchor.oldPart(i, m_anchor.weights(i))), m_anchor.oldPart(i, gradient), m_spec.alpha);
            if (const at::Tensor fresh = m_anchor.newPart(i, weight); fresh.defined())
                add(fresh.detach(), m_anchor.newPart(i, gradient), m_spec.beta);
        }
        return penalty;
    }

    std::vector<tensor::NamedTensor> state() const override { return m_anchor.state(); }

private:
    Spec m_spec;
    Anchor m_anchor;
};

}

void enroll(Remedies& all)
{
    all.add<L2Sp>(
        "l2_sp", "L2-SP",
        "Holds the weights near to where they began. Needs no old rows, but holds them all alike, whether the "
        "old task needs them or not.",
        base::Fields<Spec>{}
            .add("alpha", &Spec::alpha, base::Real{.min = 0, .log = true},
                 {"How strongly weights that the old task taught are pulled back to where they began.",
                  "loss + α/2 · ‖w − w₀‖²", "The old task is forgotten.", "The new task is not learned."},
                 {.tunable = true})
            .add("beta", &Spec::beta, base::Real{.min = 0, .log = true},
                 {"How strongly the weights of new outputs are pulled to zero.", "loss + β/2 · ‖w‖²"},
                 {.tunable = true}));
}

}
