// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/tree.h"

namespace core::model::networks::cnn1d {

namespace {

struct Spec {
    std::vector<std::int64_t> channels{32, 64};
    std::int64_t kernel = 5;
    std::int64_t pool = 2;
    std::int64_t embeddingDim = 64;
    std::string activation = "relu";
    double dropout = 0;
    std::string norm = "none";
    std::string normPosition = "before";
    std::int64_t normGroups = 4;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("channels", &Spec::channels, listOfInts(1, 65536, 1),
            {"Filters of each convolution, one convolution after the other.",
             {},
             "Too few patterns to tell series apart.",
             "Slow, and learns the training series by heart."},
            {.unit = "channels"});
    all.add("kernel", &Spec::kernel, base::Int{1, 1023},
            {"Steps that each neuron looks at; an odd number keeps the length."}, {.unit = "steps", .tunable = true});
    all.add("pool", &Spec::pool, base::Int{1, 1023},
            {"Steps of which only the largest value goes on, after each convolution. 1: no pooling."},
            {.unit = "steps", .tunable = true});
    all.add("embedding_dim", &Spec::embeddingDim, base::Int{1, 65536}, {"Of tokens: numbers for each of them."},
            {.tunable = true});
    addActivation(all);
    addDropout(all);
    addNorm(all);
    addInit(all);
    return all;
}

/// Conv1d (padded by half a kernel), norm, activation and MaxPool1d for each of `channels`; the mean of each channel;
/// Dropout and Linear.
class Convolutions final : public TreeArchitecture {
public:
    explicit Convolutions(Spec spec) : TreeArchitecture({spec.init, spec.initScale}), m_spec(std::move(spec)) {}

    bool readsTokens() const override { return true; }

private:
    Chain plan(const NetworkContext& context) const override
    {
        Parts features;
        const auto add = [&](std::shared_ptr<const Layer> next) {
            features.push_back({std::to_string(features.size()), std::move(next)});
        };
        for (const std::int64_t channels : m_spec.channels) {
            add(layer("Conv1d",
                      {{"out_channels", channels}, {"kernel_size", m_spec.kernel}, {"padding", m_spec.kernel / 2}}));
            const auto norm = m_spec.norm == "none" ? nullptr : normLayer(m_spec.norm, m_spec.normGroups, 1);
            if (norm && m_spec.normPosition == "before")
                add(norm);
            add(activationLayer(m_spec.activation));
            if (norm && m_spec.normPosition == "after")
                add(norm);
            if (m_spec.pool > 1)
                add(layer("MaxPool1d", {{"kernel_size", m_spec.pool}}));
        }
        Parts parts;
        if (context.vocabulary > 0)
            parts = {stepsOf(context, m_spec.embeddingDim), {"", layer("Transpose")}};
        else
            parts = {{"", layer("ToChannels")}};
        parts.push_back({"features", layer<Chain>(std::move(features))});
        parts.push_back({"", layer("AdaptiveAvgPool1d", {{"output_size", 1}})});
        parts.push_back({"", layer("Flatten")});
        parts.push_back({"", layer<ModelDropout>(m_spec.dropout)});
        parts.push_back({"fc", layer("Linear", {{"out_features", context.outputs}})});
        return Chain(std::move(parts));
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<Convolutions>("cnn1d", "Convolutional network of series",
                          "Small filters that slide along a series, a recording or a text, wherever the pattern is.",
                          fields());
}

}
