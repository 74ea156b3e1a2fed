// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/multi_margin_loss.h>
#include <ATen/ops/rsub.h>

namespace core::train::losses::hinge {

namespace {

struct Spec {
    std::string form = "multi_margin";
    std::int64_t p = 1;
    double margin = 1;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("form", &Spec::form, base::Choice{{"multi_margin", "one_vs_rest"}},
             {"multi_margin: the true class must lead every other one by the margin. one_vs_rest: each output must be "
              "beyond the margin on its own side of 0, as several support vector machines.",
              "multi_margin: Σ max(0, m − o[y] + o[c])^p / classes    one_vs_rest: max(0, m ∓ o)^p"})
        .add("p", &Spec::p, base::Int{1, 2}, {"1: what is missing counts as it is. 2: squared, smooth at the margin."},
             {.live = true})
        .add("margin", &Spec::margin, base::Real{},
             {"How far ahead is far enough: rows beyond it teach nothing more.",
              {},
              "Rows are left as soon as they are "
              "right.",
              "Rows that are long right go on teaching."},
             {.tunable = true, .live = true});
}

/// multi_margin: torch.nn.MultiMarginLoss (Crammer, Singer 2001). one_vs_rest: the mean over rows and classes, as
/// LinearSVC's hinge and squared_hinge.
class Hinge final : public Loss {
public:
    explicit Hinge(Spec spec) : m_spec(std::move(spec)) {}

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return each(output, target).mean();
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        return each(output, target);
    }

    Says says() const override { return Says::Classes; }

private:
    Spec m_spec;

    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const
    {
        if (m_spec.form == "multi_margin")
            return at::multi_margin_loss(output, target, m_spec.p, m_spec.margin, {}, at::Reduction::None);
        const at::Tensor side = sharesOf(target, output.size(1), output).mul(2).sub(1);
        const at::Tensor missing = at::rsub(side.mul(output), m_spec.margin).clamp_min(0);
        return (m_spec.p == 2 ? missing.square() : missing).mean(1);
    }
};

}

void enroll(Losses& all)
{
    all.add<Hinge>(
        "hinge", "Hinge",
        "The loss of support vector machines: only rows that are wrong or not far enough ahead teach. Scores "
        "rank the classes; they are no probabilities.",
        fields());
}

}
