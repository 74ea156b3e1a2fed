// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/class_weights.h"
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sigmoid.h>

namespace core::train::losses::focal {

namespace {

struct Spec {
    std::string form = "softmax";
    double gamma = 2;
    double alpha = 0.25;
    base::Value classWeights = "none";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("form", &Spec::form, base::Choice{{"softmax", "sigmoid"}},
             {"softmax: one class of all, as cross-entropy. sigmoid: each class for itself against the rest, as "
              "detectors do; two classes then need one output."})
        .add("gamma", &Spec::gamma, base::Real{.min = 0, .max = 20},
             {"How little rows count that are right already.", "(1 − p)^γ · −ln p, p: probability of the true answer",
              "0 is cross-entropy: many easy rows drown the few hard ones.",
              "Only the worst rows count, mislabelled ones first."},
             {.tunable = true, .live = true})
        .add("alpha", &Spec::alpha, base::Real{.min = -1, .max = 1},
             {"How much the class counts against the rest; below 0: alike.", "α for the class, 1 − α for the rest"},
             {.tunable = true, .live = true, .visibleWhen = {{"form", {"sigmoid"}}}})
        .add("class_weights", &Spec::classWeights, ClassWeights::domain(), ClassWeights::help(),
             {.words = {"none", "balanced"}, .live = true, .visibleWhen = {{"form", {"softmax"}}}});
}

/// Lin et al. 2017. sigmoid: torchvision's sigmoid_focal_loss, the mean over rows and outputs. softmax: the same
/// factor on cross-entropy.
class Focal final : public Loss {
public:
    explicit Focal(Spec spec)
        : m_sigmoid(spec.form == "sigmoid"),
          m_gamma(spec.gamma),
          m_alpha(spec.alpha),
          m_weights(std::move(spec.classWeights))
    {
    }

    base::Status begin(const std::vector<std::int64_t>& counts) override
    {
        return m_sigmoid ? base::Status{} : m_weights.begin(counts, "class_weights");
    }

    std::int64_t outputs(const data::DatasetInfo& info) const override
    {
        return m_sigmoid ? outputsOneVsRest(info) : info.outputs();
    }

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return eachRow(output, target).sum().div(weightOf(target));
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        return eachRow(output, target);
    }

    double weightOf(const at::Tensor& target) const override
    {
        return m_weights.any() && target.dim() == 1 ? m_weights.sumOf(target) : double(target.size(0));
    }

    Joins joins(const at::Tensor& target) const override
    {
        return m_weights.any() && target.dim() == 1 ? Joins::ByWeights : Joins::ByRows;
    }

    at::Tensor predictionOf(const at::Tensor& output) const override
    {
        return m_sigmoid ? scoresOneVsRest(output) : output;
    }

    Says says() const override { return Says::Classes; }
    bool takesShares() const override { return true; }

private:
    bool m_sigmoid;
    double m_gamma, m_alpha;
    ClassWeights m_weights;

    at::Tensor eachRow(const at::Tensor& output, const at::Tensor& target) const
    {
        if (m_sigmoid)
            return oneVsRest(output, targetsOneVsRest(target, output)).mean(1);
        const at::Tensor logs = at::log_softmax(output, 1);
        at::Tensor each = at::rsub(logs.exp(), 1).pow(m_gamma).mul(logs).mul(sharesOf(target, output.size(1), output));
        if (const auto weights = m_weights.tensorFor(output))
            each = each.mul(*weights);
        return each.sum(1).neg();
    }

    at::Tensor oneVsRest(const at::Tensor& output, const at::Tensor& target) const
    {
        const at::Tensor p = at::sigmoid(output), other = at::rsub(target, 1);
        const at::Tensor loss = at::binary_cross_entropy_with_logits(output, target, {}, {}, at::Reduction::None)
                                    .mul(at::rsub(p.mul(target).add(at::rsub(p, 1).mul(other)), 1).pow(m_gamma));
        return m_alpha >= 0 ? loss.mul(target.mul(m_alpha).add(other.mul(1 - m_alpha))) : loss;
    }
};

}

void enroll(Losses& all)
{
    all.add<Focal>("focal", "Focal",
                   "Cross-entropy in which rows count the less the surer they are right: made for a rare class among "
                   "many easy rows.",
                   fields());
}

}
