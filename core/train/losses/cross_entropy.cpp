// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

namespace core::train::losses::cross_entropy {

namespace {

struct Spec {
    double labelSmoothing = 0;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add(
        "label_smoothing", &Spec::labelSmoothing, base::Real{.min = 0, .max = 1},
        {"The share of each target that is spread over all classes, so that the network is never asked to be certain.",
         "(1 − s) · [true class] + s / classes",
         {},
         "Right answers are hardly worth more than wrong ones."},
        {.tunable = true});
}

/// torch.nn.CrossEntropyLoss: −log softmax(output)[target].
class CrossEntropy final : public Loss {
public:
    explicit CrossEntropy(Spec spec) : m_spec(spec) {}

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::cross_entropy_loss(output, target, {}, at::Reduction::Mean, ignored, m_spec.labelSmoothing);
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        return at::cross_entropy_loss(output, target, {}, at::Reduction::None, ignored, m_spec.labelSmoothing);
    }

    bool classifies() const override { return true; }

private:
    static constexpr std::int64_t ignored = -100; // PyTorch's ignore_index
    Spec m_spec;
};

}

void enroll(Losses& all)
{
    all.add<CrossEntropy>("cross_entropy", "Cross-entropy",
                          "The negative log of the probability given to the true class: "
                          "0 when it is certain and right, ln(classes) when it guesses.",
                          fields());
}

}
