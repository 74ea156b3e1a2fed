// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/sequence.h"

#include <algorithm>

namespace core::model::networks::mlp {

namespace {

struct Spec {
    std::vector<std::int64_t> hidden{64, 64};
    std::optional<std::int64_t> numLayers;
    std::string activation = "relu";
    double dropout = 0;
    std::string norm = "none";
    std::string normPosition = "before";
    std::int64_t normGroups = 4;
    std::string init = "default";
    double initScale = 0.01;
    bool fused = false;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("hidden", &Spec::hidden, listOfInts(1, 1 << 20),
            {"Neurons in each hidden layer: a number, or a list with one for each layer.",
             {},
             "Too stiff: both losses stay high.",
             "Learns the training rows by heart: validation loss turns upwards."},
            {.unit = "neurons"});
    all.add("num_layers", &Spec::numLayers, base::Int{0, 100},
            {"How many hidden layers, if `hidden` is one number for all of them. Empty: as many as `hidden` has."},
            {.unit = "layers", .tunable = true, .nullWord = "as in hidden"});
    addActivation(all);
    addDropout(all);
    addNorm(all);
    addInit(all);
    all.add(
        "fused", &Spec::fused, base::Flag{},
        {"Computes forward and backward pass in one kernel instead of operator by operator: networks of some hundred "
         "neurons train several times as fast on the processor. Other networks should leave it off. The results are "
         "those of the operators but for rounding, and repeat bit for bit."},
        {.visibleWhen = {{"norm", {"none"}}}});
    return all;
}

/// torch.nn.Sequential of Linear, BatchNorm1d where asked for, activation and Dropout for each hidden layer, then
/// Linear.
class Mlp final : public Architecture {
public:
    static base::Result<std::unique_ptr<Architecture>> make(Spec spec)
    {
        if (spec.numLayers) {
            const std::size_t count = std::size_t(*spec.numLayers);
            const bool oneWidth =
                !spec.hidden.empty() && std::count(spec.hidden.begin(), spec.hidden.end(), spec.hidden.front()) ==
                                            std::ptrdiff_t(spec.hidden.size());
            if (!oneWidth && spec.hidden.size() != count)
                return base::Error{base::ErrorKind::Spec,
                                   "num_layers is " + std::to_string(count) + ", but hidden lists " +
                                       std::to_string(spec.hidden.size()) + " layers",
                                   "/model/num_layers", "Leave it out, or give hidden as one number"};
            if (oneWidth)
                spec.hidden.assign(count, spec.hidden.front());
        }
        return std::unique_ptr<Architecture>(new Mlp(std::move(spec)));
    }

    std::vector<LayerInfo> describe(const NetworkContext& context) const override
    {
        return model::describe(plan(context.outputs), context.inputShape);
    }

    base::Result<std::unique_ptr<Network>> build(const NetworkContext& context) const override
    {
        return makeSequence(plan(context.outputs), context);
    }

private:
    explicit Mlp(Spec spec) : m_spec(std::move(spec)) {}

    PlainLayers plan(std::int64_t outputs) const
    {
        PlainLayers layers{.rows = true, .init = {m_spec.init, m_spec.initScale}};
        for (const std::int64_t width : m_spec.hidden) {
            layers.list.push_back(Linear{width});
            addActivated(layers, m_spec);
            layers.list.push_back(Dropout{m_spec.dropout, m_spec.dropout > 0});
        }
        layers.list.push_back(Linear{outputs});
        return layers;
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<Mlp>("mlp", "Multilayer perceptron",
                 "Layers in which every neuron sees all of the layer before. Pictures become rows of pixels.",
                 fields());
}

}
