// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/log_softmax.h>

namespace core::train::losses::kl_div {

namespace {

struct Spec {
    std::string reduction = "batchmean";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add("reduction", &Spec::reduction, base::Choice{{"batchmean", "mean"}},
                                    {"batchmean: the divergence, as it is defined, over the rows. mean: PyTorch's "
                                     "default, over rows and classes: smaller by the number of classes."},
                                    {.live = true});
}

/// torch.nn.KLDivLoss of log softmax(output): Σ t (ln t − ln p).
class KlDiv final : public Loss {
public:
    explicit KlDiv(Spec spec) : m_byClass(spec.reduction == "mean") {}

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
    bool takesShares() const override { return true; }

private:
    bool m_byClass;

    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const
    {
        const at::Tensor all =
            at::kl_div(at::log_softmax(output, 1), sharesOf(target, output.size(1), output), at::Reduction::None);
        return m_byClass ? all.mean(1) : all.sum(1);
    }
};

}

void enroll(Losses& all)
{
    all.add<KlDiv>(
        "kl_div", "Kullback-Leibler",
        "How far the network's probabilities are from the target's shares of classes, in nats: cross-entropy "
        "less what the target itself leaves open, so that 0 is perfect for mixed rows too. Of single classes "
        "it is cross-entropy.",
        fields());
}

}
