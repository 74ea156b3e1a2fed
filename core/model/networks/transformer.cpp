// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"
#include "core/model/network_fields.h"
#include "core/model/tree.h"

namespace core::model::networks::transformer {

namespace {

struct Spec {
    std::int64_t dModel = 64;
    std::int64_t nhead = 4;
    std::int64_t numLayers = 2;
    std::int64_t dimFeedforward = 128;
    std::string activation = "relu";
    bool normFirst = false;
    double dropout = 0.1;
    double stochasticDepth = 0;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("d_model", &Spec::dModel, base::Int{1, 65536}, {"Features of each step inside; nhead must divide them."},
            {.unit = "features", .tunable = true});
    all.add("nhead", &Spec::nhead, base::Int{1, 256},
            {"Parts of the features that look at the other steps separately."}, {.unit = "heads", .tunable = true});
    all.add("num_layers", &Spec::numLayers, base::Int{1, 64}, {"Layers on top of each other."},
            {.unit = "layers", .tunable = true});
    all.add("dim_feedforward", &Spec::dimFeedforward, base::Int{1, 1 << 20},
            {"Neurons of the layer that each step goes through by itself; usually 2 to 4 times d_model."},
            {.unit = "neurons", .tunable = true});
    all.add("activation", &Spec::activation, base::Choice{{"relu", "gelu"}}, {"What bends the feed-forward sums."},
            {.tunable = true});
    all.add("norm_first", &Spec::normFirst, base::Flag{},
            {"Norms in front of attention and feed-forward instead of behind: trains without a warm-up."},
            {.tunable = true});
    addDropout(all);
    all.add("stochastic_depth", &Spec::stochasticDepth, base::Real{.min = 0, .max = 1, .belowMax = true},
            {"The share of rows for which a training step leaves out the last layer; earlier ones evenly less."},
            {.tunable = true});
    addInit(all);
    return all;
}

/// torch.nn.TransformerEncoder over the steps, behind a Linear (or Embedding) to d_model and waves that tell the place;
/// the mean over the steps goes through a Linear.
class Transformer final : public TreeArchitecture {
public:
    explicit Transformer(Spec spec) : TreeArchitecture({spec.init, spec.initScale}), m_spec(std::move(spec)) {}

    bool readsTokens() const override { return true; }

private:
    Chain plan(const NetworkContext& context) const override
    {
        Parts parts{stepsOf(context, m_spec.dModel)};
        if (context.vocabulary == 0)
            parts.push_back({"embed", layer("Linear", {{"out_features", m_spec.dModel}})});
        parts.push_back({"", layer<SinePositions>()});
        Parts layers;
        for (std::int64_t i = 0; i < m_spec.numLayers; ++i)
            layers.push_back({std::to_string(i),
                              layer<EncoderBlock>(EncoderBlockSpec{
                                  m_spec.nhead, m_spec.dimFeedforward, m_spec.dropout, m_spec.activation,
                                  m_spec.normFirst, 1e-5, depthRate(m_spec.stochasticDepth, i, m_spec.numLayers)})});
        parts.push_back({"encoder.layers", layer<Chain>(std::move(layers))});
        parts.push_back({"", layer("MeanStep")});
        parts.push_back({"fc", layer("Linear", {{"out_features", context.outputs}})});
        return Chain(std::move(parts));
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<Transformer>("transformer", "Transformer",
                         "Each step looks at all the others at once: for texts, series and recordings.", fields());
}

}
