// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"
#include "core/model/network_fields.h"
#include "core/model/tree.h"

#include <ATen/ops/upsample_nearest2d.h>

#include <algorithm>

namespace core::model::networks::autoencoder {

namespace {

struct Spec {
    std::int64_t bottleneck = 16;
    std::vector<std::int64_t> hidden{128};
    std::vector<std::int64_t> channels;
    std::string activation = "relu";
    double dropout = 0;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("bottleneck", &Spec::bottleneck, base::Int{1, 65536},
            {"The numbers that all of a row has to pass through.", "decoder(encoder(x)) ≈ x",
             "What comes back is blurred: only the mean of what is alike.",
             "Rows are copied, and nothing is learned of what they have in common."},
            {.unit = "numbers", .tunable = true});
    all.add("hidden", &Spec::hidden, listOfInts(1, 1 << 20, 0),
            {"Neurons of each layer before the bottleneck; behind it the same in reverse."}, {.unit = "neurons"});
    all.add("channels", &Spec::channels, listOfInts(1, 65536, 0),
            {"Of pictures: filters of convolutions that come first, each of which halves the size. None: every pixel "
             "is an input of its own."},
            {.unit = "channels"});
    addActivation(all);
    addDropout(all);
    addInit(all);
    return all;
}

/// A picture of so many pixels, each the nearest one of what came in.
class ResizeTo final : public Layer {
public:
    ResizeTo(std::int64_t height, std::int64_t width) : m_height(height), m_width(width) {}
    std::string type(const Shape&) const override { return "Upsample"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        return input.size() == 3 ? base::Result<Shape>(Shape{input[0], m_height, m_width}) : misfit("pictures", input);
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([h = m_height, w = m_width](const at::Tensor& x, const Mode&) {
            return at::upsample_nearest2d(x, {h, w});
        });
    }

private:
    std::int64_t m_height, m_width;
};

/// Hinton & Salakhutdinov 2006: an encoder down to a few numbers, and a decoder that has to make the row of them again.
class Autoencoder final : public TreeArchitecture {
public:
    explicit Autoencoder(Spec spec) : TreeArchitecture({spec.init, spec.initScale}), m_spec(std::move(spec)) {}

private:
    static void add(Parts& parts, std::shared_ptr<const Layer> next)
    {
        parts.push_back({std::to_string(parts.size()), std::move(next)});
    }
    static std::shared_ptr<const Layer> convolution(std::int64_t channels, std::int64_t stride)
    {
        return layer("Conv2d", {{"out_channels", channels}, {"kernel_size", 3}, {"stride", stride}, {"padding", 1}});
    }
    std::shared_ptr<const Layer> linear(std::int64_t features) const
    {
        return layer("Linear", {{"out_features", features}});
    }

    Chain plan(const NetworkContext& context) const override
    {
        const Shape& input = context.inputShape;
        Parts encoder, decoder;
        std::vector<Shape> sizes{input}; // of pictures, in front of each convolution and behind the last
        if (input.size() == 3)
            for (const std::int64_t channels : m_spec.channels) {
                add(encoder, convolution(channels, 2));
                add(encoder, activationLayer(m_spec.activation));
                sizes.push_back({channels, (sizes.back()[1] + 1) / 2, (sizes.back()[2] + 1) / 2});
            }
        if (input.size() != 1)
            add(encoder, layer("Flatten"));
        for (const std::int64_t neurons : m_spec.hidden) {
            add(encoder, linear(neurons));
            add(encoder, activationLayer(m_spec.activation));
        }
        add(encoder, layer<ModelDropout>(m_spec.dropout));
        add(encoder, linear(m_spec.bottleneck));
        for (std::size_t i = m_spec.hidden.size(); i-- > 0;) {
            add(decoder, linear(m_spec.hidden[i]));
            add(decoder, activationLayer(m_spec.activation));
        }
        add(decoder, linear(elementsOf(sizes.back())));
        if (sizes.size() > 1) {
            add(decoder, activationLayer(m_spec.activation));
            add(decoder,
                layer("Unflatten", {{"unflattened_size", base::Array(sizes.back().begin(), sizes.back().end())}}));
        }
        for (std::size_t i = sizes.size() - 1; i-- > 0;) {
            add(decoder, layer<ResizeTo>(sizes[i][1], sizes[i][2]));
            add(decoder, convolution(sizes[i][0], 1));
            if (i > 0)
                add(decoder, activationLayer(m_spec.activation));
            else
                add(decoder, layer("Flatten"));
        }
        return Chain({{"encoder", layer<Chain>(std::move(encoder))}, {"decoder", layer<Chain>(std::move(decoder))}});
    }

    std::string advice() const override
    {
        return "An autoencoder tells a row itself: set data.task to reconstruction, or choose another network";
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<Autoencoder>(
        "autoencoder", "Autoencoder",
        "Presses each row through a few numbers and makes it again of them: what rows have in common is "
        "learned without anybody naming it.",
        fields());
}

}
