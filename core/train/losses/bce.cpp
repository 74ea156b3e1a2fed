// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/tensor.h>

namespace core::train::losses::bce {

namespace {

struct Spec {
    std::vector<double> posWeight{1};
};

base::Fields<Spec> fields()
{
    const base::Real weight{.min = 0, .max = 1e6, .aboveMin = true};
    return base::Fields<Spec>{}.add(
        "pos_weight", &Spec::posWeight, std::make_shared<const base::List>(base::List{weight, 1, 100'000}),
        {"How much a row of the class counts against one of the rest: one number, or one for each class. The rest by "
         "the class is balanced.",
         "−(w · y ln σ(o) + (1 − y) ln(1 − σ(o)))", "A rare class is hardly found.", "It is found where it is not."},
        {.live = true});
}

/// torch.nn.BCEWithLogitsLoss, the mean over rows and outputs: one output of two classes, else one for each class
/// against the rest.
class Bce final : public Loss {
public:
    explicit Bce(Spec spec) : m_weights(std::move(spec.posWeight)) {}

    base::Status begin(const std::vector<std::int64_t>& counts) override
    {
        const std::size_t outputs = counts.size() == 2 ? 1 : counts.size();
        if (m_weights.size() > 1 && m_weights.size() != outputs)
            return base::Error{base::ErrorKind::Spec,
                               std::to_string(m_weights.size()) + " weights are given for " + std::to_string(outputs) +
                                   (outputs == 1 ? " output" : " outputs"),
                               "/train/loss/pos_weight",
                               outputs == 1 ? "Give one number, of the second class"
                                            : "Give one number, or one for each class"};
        return {};
    }

    std::int64_t outputs(const data::DatasetInfo& info) const override { return outputsOneVsRest(info); }

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return each(output, target).mean();
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        return each(output, target).mean(1);
    }

    at::Tensor predictionOf(const at::Tensor& output) const override { return scoresOneVsRest(output); }
    Says says() const override { return Says::Classes; }
    bool takesShares() const override { return true; }

private:
    std::vector<double> m_weights;

    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const
    {
        std::optional<at::Tensor> weights;
        if (m_weights.size() > 1 || m_weights.front() != 1)
            weights = at::tensor(at::ArrayRef<double>(m_weights), output.options());
        return at::binary_cross_entropy_with_logits(output, targetsOneVsRest(target, output), {}, weights,
                                                    at::Reduction::None);
    }
};

}

void enroll(Losses& all)
{
    all.add<Bce>(
        "bce", "Binary cross-entropy",
        "Asks of each class whether a row is of it or not, by a sigmoid. Two classes need one output; of more, "
        "each is told from the rest by itself, and the probabilities are brought to a sum of 1 afterwards.",
        fields());
}

}
