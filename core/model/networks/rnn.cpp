// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/tree.h"

namespace core::model::networks::rnn {

namespace {

struct Spec {
    std::string cell = "lstm";
    std::int64_t hiddenSize = 64;
    std::int64_t numLayers = 1;
    bool bidirectional = false;
    std::int64_t embeddingDim = 64;
    double dropout = 0;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("cell", &Spec::cell, base::Choice{{"lstm", "gru", "rnn"}},
            {"lstm: a memory with gates. gru: fewer gates. rnn: none, so that gradients vanish over long series."},
            {.tunable = true});
    all.add("hidden_size", &Spec::hiddenSize, base::Int{1, 1 << 16},
            {"Numbers that are carried from step to step.",
             {},
             "Forgets what matters.",
             "Slow; learns the training series by heart."},
            {.unit = "neurons", .tunable = true});
    all.add("num_layers", &Spec::numLayers, base::Int{1, 64}, {"Layers on top of each other."},
            {.unit = "layers", .tunable = true});
    all.add("bidirectional", &Spec::bidirectional, base::Flag{},
            {"Reads backwards too: for whole texts and recordings, not for foretelling."}, {.tunable = true});
    all.add("embedding_dim", &Spec::embeddingDim, base::Int{1, 65536}, {"Of tokens: numbers for each of them."},
            {.tunable = true});
    addDropout(all);
    addInit(all);
    return all;
}

/// A recurrent layer over the steps; what it carries behind the last one goes through a Linear. The steps of pictures
/// are their columns.
class Recurrent final : public TreeArchitecture {
public:
    explicit Recurrent(Spec spec) : TreeArchitecture({spec.init, spec.initScale}), m_spec(std::move(spec)) {}

    bool readsTokens() const override { return true; }

private:
    Chain plan(const NetworkContext& context) const override
    {
        const std::string kind = m_spec.cell == "lstm" ? "LSTM" : m_spec.cell == "gru" ? "GRU" : "RNN";
        Parts parts;
        parts.push_back(stepsOf(context, m_spec.embeddingDim));
        parts.push_back({"rnn", layer(kind, {{"hidden_size", m_spec.hiddenSize},
                                             {"num_layers", m_spec.numLayers},
                                             {"bidirectional", m_spec.bidirectional},
                                             {"dropout", m_spec.dropout}})});
        parts.push_back({"fc", layer("Linear", {{"out_features", context.outputs}})});
        return Chain(std::move(parts));
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<Recurrent>("rnn", "Recurrent network",
                       "Reads a series step by step and carries what matters: LSTM, GRU or the plain one.", fields());
}

}
