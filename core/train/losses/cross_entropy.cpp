// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/class_weights.h"
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>
#include <cmath>

namespace core::train::losses::cross_entropy {

namespace {

struct Spec {
    double labelSmoothing = 0;
    base::Value classWeights = "none";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("label_smoothing", &Spec::labelSmoothing, base::Real{.min = 0, .max = 1},
             {"The share of each target that is spread over all classes, so that the network is never asked to be "
              "certain.",
              "(1 − s) · [true class] + s / classes",
              {},
              "Right answers are hardly worth more than wrong ones."},
             {.tunable = true})
        .add("class_weights", &Spec::classWeights, ClassWeights::domain(), ClassWeights::help(),
             ClassWeights::traits());
}

constexpr std::int64_t fewScores = 1 << 12; ///< above that the operators are faster

bool isSmall(const at::Tensor& output, const at::Tensor& target)
{
    return output.dim() == 2 && output.numel() <= fewScores && output.is_cpu() && output.scalar_type() == at::kFloat &&
           output.is_contiguous() && target.dim() == 1 && target.is_cpu() && target.scalar_type() == at::kLong &&
           target.is_contiguous();
}

// ln Σ e^score − the score of the class, row by row; false, and `each` unfinished, if an id is that of no class.
bool eachOf(const at::Tensor& output, const at::Tensor& target, at::Tensor& each)
{
    const std::int64_t classes = output.size(1);
    const float* scores = output.const_data_ptr<float>();
    const std::int64_t* is = target.const_data_ptr<std::int64_t>();
    float* to = each.mutable_data_ptr<float>();
    for (std::int64_t row = 0; row < output.size(0); ++row, scores += classes) {
        if (is[row] < 0 || is[row] >= classes)
            return false;
        const float most = *std::max_element(scores, scores + classes);
        float total = 0;
        for (std::int64_t c = 0; c < classes; ++c)
            total += std::exp(scores[c] - most);
        to[row] = std::log(total) - (scores[is[row]] - most);
    }
    return true;
}

/// torch.nn.CrossEntropyLoss: −log softmax(output)[target], each by the weight of its class and over their sum. Of
/// pictures whose pixels have classes each pixel counts but those of no class.
class CrossEntropy final : public Loss {
public:
    explicit CrossEntropy(Spec spec) : m_smoothing(spec.labelSmoothing), m_weights(std::move(spec.classWeights)) {}

    base::Status begin(const std::vector<std::int64_t>& counts) override
    {
        return m_weights.begin(counts, "class_weights");
    }

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        // Pixel by pixel: a GPU repeats the sum over rows bit for bit, but not the one over pictures.
        if (output.dim() == 4)
            return at::cross_entropy_loss(output.permute({0, 2, 3, 1}).flatten(0, 2), target.flatten(),
                                          m_weights.tensorFor(output), at::Reduction::Mean, ignored, m_smoothing);
        return at::cross_entropy_loss(output, target, m_weights.tensorFor(output), at::Reduction::Mean, ignored,
                                      m_smoothing);
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        if (output.dim() == 4)
            return at::cross_entropy_loss(output.permute({0, 2, 3, 1}).flatten(0, 2), target.flatten(),
                                          m_weights.tensorFor(output), at::Reduction::None, ignored, m_smoothing)
                .view({output.size(0), -1})
                .sum(1);
        if (!m_weights.any() && m_smoothing == 0 && isSmall(output, target))
            if (at::Tensor each = tensor::empty({output.size(0)}); eachOf(output, target, each))
                return each;
        return at::cross_entropy_loss(output, target, m_weights.tensorFor(output), at::Reduction::None, ignored,
                                      m_smoothing);
    }

    // With shares of classes PyTorch's mean is over the items.
    double weightOf(const at::Tensor& target) const override
    {
        const bool shares = target.is_floating_point();
        return shares || (target.dim() == 1 && !m_weights.any()) ? double(target.size(0)) : m_weights.sumOf(target);
    }

    Joins joins(const at::Tensor& target) const override
    {
        const bool alike = target.is_floating_point() || (target.dim() == 1 && !m_weights.any());
        return alike ? Joins::ByRows : Joins::ByWeights;
    }

    Says says() const override { return Says::Classes; }
    bool takesShares() const override { return true; }
    bool takesPixels() const override { return true; }

private:
    static constexpr std::int64_t ignored = -100; // PyTorch's ignore_index
    double m_smoothing;
    ClassWeights m_weights;
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
