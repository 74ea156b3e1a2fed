// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

#include <ATen/ops/embedding.h>

namespace core::model::layers::embedding {

namespace {

struct Spec {
    std::int64_t numEmbeddings = 10'000;
    std::int64_t embeddingDim = 64;
};

/// torch.nn.Embedding: the row of a table for each id. Ids come as numbers of any type; what is not in the table counts
/// as its last row.
class Embedding final : public Layer {
public:
    explicit Embedding(Spec spec) : m_spec(spec) {}

    std::string type(const Shape&) const override { return "Embedding"; }
    std::string text(const Shape&, const Shape&) const override
    {
        return std::to_string(m_spec.numEmbeddings) + " × " + std::to_string(m_spec.embeddingDim);
    }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != 1)
            return misfit("rows of ids", input);
        return Shape{input[0], m_spec.embeddingDim};
    }
    std::unique_ptr<Module> make(Maker& maker, const Shape&) const override
    {
        const Shape shape{m_spec.numEmbeddings, m_spec.embeddingDim};
        const at::Tensor weight =
            maker.init().kind == "default" ? maker.normal("weight", shape, 1) : maker.weight("weight", shape);
        return moduleOf([weight, last = m_spec.numEmbeddings - 1](const at::Tensor& x, const Mode&) {
            return at::embedding(weight, x.to(at::kLong).clamp(0, last));
        });
    }

private:
    Spec m_spec;
};

}

void enroll(Layers& all)
{
    all.add<Embedding>("Embedding", "Embedding",
                       "Gives each word a place in space; words of one meaning move together.",
                       base::Fields<Spec>{}
                           .add("num_embeddings", &Spec::numEmbeddings, base::Int{1, 1 << 24}, {"Ids that there are."},
                                {.unit = "ids"})
                           .add("embedding_dim", &Spec::embeddingDim, base::Int{1, 65536}, {"Numbers for each id."}));
}

}
