// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/sequence.h"

namespace core::model::networks::cnn {

namespace {

struct Spec {
    std::vector<std::int64_t> channels{32, 64};
    std::int64_t kernel = 3;
    std::int64_t pool = 2;
    std::vector<std::int64_t> hidden{128};
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
            {"Feature maps of each convolution, one convolution after the other.",
             {},
             "Too few patterns to tell the classes apart.",
             "Slow, and learns the training pictures by heart."},
            {.unit = "channels"});
    all.add("kernel", &Spec::kernel, base::Int{1, 63},
            {"Side of the square that each neuron looks at; an odd one keeps the size of the picture."},
            {.unit = "pixels", .tunable = true});
    all.add("pool", &Spec::pool, base::Int{1, 63},
            {"Side of the square of which only the largest value goes on, after each convolution. 1: no pooling."},
            {.unit = "pixels", .tunable = true});
    all.add("hidden", &Spec::hidden, listOfInts(1, 1 << 20),
            {"Neurons of each layer between the last convolution and the output."}, {.unit = "neurons"});
    addActivation(all);
    addDropout(all);
    addNorm(all);
    addInit(all);
    return all;
}

/// torch.nn.Sequential of Conv2d (padded by half a kernel), BatchNorm2d where asked for, activation and MaxPool2d for
/// each of `channels`; Flatten; Linear, activation and Dropout for each of `hidden`; Linear.
class Cnn final : public Architecture {
public:
    explicit Cnn(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<LayerInfo> describe(const NetworkContext& context) const override
    {
        return model::describe(plan(context.outputs), context.inputShape);
    }

    base::Result<std::unique_ptr<Network>> build(const NetworkContext& context) const override
    {
        return makeSequence(plan(context.outputs), context);
    }

private:
    PlainLayers plan(std::int64_t outputs) const
    {
        PlainLayers layers{.init = {m_spec.init, m_spec.initScale}};
        for (const std::int64_t channels : m_spec.channels) {
            layers.list.push_back(Conv2d{channels, m_spec.kernel, m_spec.kernel / 2});
            addActivated(layers, m_spec);
            if (m_spec.pool > 1)
                layers.list.push_back(MaxPool2d{m_spec.pool});
        }
        layers.list.push_back(Flatten{});
        for (const std::int64_t width : m_spec.hidden) {
            layers.list.push_back(Linear{width});
            layers.list.push_back(activationOf(m_spec.activation));
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
    all.add<Cnn>("cnn", "Convolutional network",
                 "Small filters that slide over pictures, pooling between them, and a few dense layers at the end.",
                 fields());
}

}
