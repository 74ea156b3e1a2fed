// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/ops/rsub.h>
#include <ATen/ops/where.h>

#include <algorithm>

namespace core::train::losses::cosine {

namespace {

struct Spec {
    std::int64_t embeddingDim = 32;
    double margin = 0;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("embedding_dim", &Spec::embeddingDim, base::Int{2, 4096, true},
             {"Numbers that the network makes of a row. 2 can be drawn as they are.",
              {},
              "Classes overlap.",
              "More to store and to compare, and little gained."},
             {.tunable = true})
        .add("margin", &Spec::margin, base::Real{.min = -1, .max = 1},
             {"Rows of other classes may be this alike at no cost.",
              "same class: 1 − cos    other: max(0, cos − margin)",
              {},
              "Classes need not part."},
             {.tunable = true, .live = true});
}

constexpr double tiny = 1e-12; // PyTorch's, in the squared lengths

/// torch.nn.CosineEmbeddingLoss over all pairs of a batch, the mean of them.
class Cosine final : public Loss {
public:
    explicit Cosine(Spec spec) : m_spec(spec) {}

    std::int64_t outputs(const data::DatasetInfo&) const override { return m_spec.embeddingDim; }

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        return pairs(output, target).triu(1).sum().div(std::max(1., weightOf(target)));
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        const at::Tensor all = pairs(output, target);
        // A row's part of a pair is half of it.
        return all.sum(1).sub(all.diagonal()).mul(0.5);
    }

    double weightOf(const at::Tensor& target) const override
    {
        return double(target.size(0)) * double(target.size(0) - 1) / 2;
    }

    // On the sphere the nearest is the one with the least angle between.
    at::Tensor predictionOf(const at::Tensor& output) const override
    {
        return output.div(output.square().sum(1, true).add(tiny).sqrt());
    }

    Joins joins(const at::Tensor&) const override { return Joins::AsPairs; }
    Says says() const override { return Says::Vectors; }

private:
    Spec m_spec;

    at::Tensor pairs(const at::Tensor& output, const at::Tensor& target) const
    {
        const at::Tensor lengths = output.square().sum(1).add(tiny);
        const at::Tensor cosines = output.mm(output.t()).div(lengths.unsqueeze(1).mul(lengths.unsqueeze(0)).sqrt());
        const at::Tensor same = target.unsqueeze(1).eq(target.unsqueeze(0));
        return at::where(same, at::rsub(cosines, 1), cosines.sub(m_spec.margin).clamp_min(0));
    }
};

}

void enroll(Losses& all)
{
    all.add<Cosine>(
        "cosine", "Cosine similarity",
        "Turns vectors of rows of one class into one direction, and those of others away from it. All pairs "
        "of a batch count, so that its value depends on the size of the batch.",
        fields());
}

}
