// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>
#include <numeric>

namespace core::train::losses::cross_entropy {

namespace {

struct Spec {
    double labelSmoothing = 0;
    base::Value classWeights = "none";
};

base::Fields<Spec> fields()
{
    const base::Real weight{.min = 0, .max = 1e6, .aboveMin = true};
    return base::Fields<Spec>{}
        .add("label_smoothing", &Spec::labelSmoothing, base::Real{.min = 0, .max = 1},
             {"The share of each target that is spread over all classes, so that the network is never asked to be "
              "certain.",
              "(1 − s) · [true class] + s / classes",
              {},
              "Right answers are hardly worth more than wrong ones."},
             {.tunable = true})
        .add("class_weights", &Spec::classWeights, std::make_shared<const base::List>(base::List{weight, 2, 100'000}),
             {"How much a row of each class counts, in training and in every evaluation. balanced: the fewer training "
              "rows a class has, the more; or one number for each class.",
              "balanced: rows / (classes · rows of the class)", "A small class is hardly learned.",
              "A small class is seen where it is not."},
             {.words = {"none", "balanced"}, .live = true});
}

// scikit-learn's compute_class_weight("balanced"). A class without training rows counts as one row does without
// weights.
std::vector<double> balanced(const std::vector<std::int64_t>& counts)
{
    const double rows = double(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)));
    const auto present = std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; });
    std::vector<double> weights;
    for (const std::int64_t count : counts)
        weights.push_back(count > 0 ? rows / (double(present) * double(count)) : 1);
    return weights;
}

/// torch.nn.CrossEntropyLoss: −log softmax(output)[target], each by the weight of its class and over their sum.
class CrossEntropy final : public Loss {
public:
    explicit CrossEntropy(Spec spec) : m_spec(std::move(spec)) {}

    base::Status begin(const std::vector<std::int64_t>& counts) override
    {
        std::vector<double> weights;
        if (m_spec.classWeights.text() == "balanced")
            weights = balanced(counts);
        for (const base::Value& weight : m_spec.classWeights.array())
            weights.push_back(weight.toReal());
        if (weights.empty())
            return {};
        if (weights.size() != counts.size())
            return base::Error{base::ErrorKind::Spec,
                               std::to_string(weights.size()) + " class weights are given for " +
                                   std::to_string(counts.size()) + " classes",
                               "/train/loss/class_weights", "Give one for each class, or write balanced"};
        m_weights = tensor::empty({std::int64_t(weights.size())}, at::kDouble);
        std::ranges::copy(weights, m_weights.mutable_data_ptr<double>());
        return {};
    }

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::cross_entropy_loss(output, target, weightsFor(output), at::Reduction::Mean, ignored,
                                      m_spec.labelSmoothing);
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        return at::cross_entropy_loss(output, target, weightsFor(output), at::Reduction::None, ignored,
                                      m_spec.labelSmoothing);
    }

    // With shares of classes PyTorch's mean is over the items.
    double weightOf(const at::Tensor& target) const override
    {
        if (!m_weights.defined() || target.dim() > 1)
            return double(target.size(0));
        const at::Tensor classes = target.to(at::kCPU).contiguous();
        const double* weights = m_weights.const_data_ptr<double>();
        double sum = 0;
        for (std::int64_t i = 0; i < classes.numel(); ++i)
            sum += weights[classes.const_data_ptr<std::int64_t>()[i]];
        return sum;
    }

    bool classifies() const override { return true; }

private:
    static constexpr std::int64_t ignored = -100; // PyTorch's ignore_index
    Spec m_spec;
    at::Tensor m_weights; // undefined: all alike
    mutable at::Tensor m_moved;

    std::optional<at::Tensor> weightsFor(const at::Tensor& output) const
    {
        if (!m_weights.defined())
            return {};
        if (!m_moved.defined() || m_moved.device() != output.device() || m_moved.scalar_type() != output.scalar_type())
            m_moved = m_weights.to(output.device(), output.scalar_type());
        return m_moved;
    }
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
