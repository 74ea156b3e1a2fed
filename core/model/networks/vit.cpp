// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"
#include "core/model/network_fields.h"
#include "core/model/tree.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/convolution.h>

namespace core::model::networks::vit {

namespace {

struct Spec {
    std::int64_t patchSize = 4;
    std::int64_t hiddenDim = 64;
    std::int64_t numLayers = 4;
    std::int64_t numHeads = 4;
    std::int64_t mlpDim = 128;
    double dropout = 0;
    double stochasticDepth = 0;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("patch_size", &Spec::patchSize, base::Int{1, 1024},
            {"Side of the squares that the picture is cut into; it must divide both sides.",
             {},
             "Many patches: attention grows with their square.",
             "What is inside a patch is seen only roughly."},
            {.unit = "pixels", .tunable = true});
    all.add("hidden_dim", &Spec::hiddenDim, base::Int{1, 65536},
            {"Features of each patch inside; num_heads must divide them."}, {.unit = "features", .tunable = true});
    all.add("num_layers", &Spec::numLayers, base::Int{1, 64}, {"Layers on top of each other."},
            {.unit = "layers", .tunable = true});
    all.add("num_heads", &Spec::numHeads, base::Int{1, 256},
            {"Parts of the features that look at the other patches separately."}, {.unit = "heads", .tunable = true});
    all.add("mlp_dim", &Spec::mlpDim, base::Int{1, 1 << 20},
            {"Neurons of the layer that each patch goes through by itself."}, {.unit = "neurons", .tunable = true});
    addDropout(all);
    all.add("stochastic_depth", &Spec::stochasticDepth, base::Real{.min = 0, .max = 1, .belowMax = true},
            {"The share of rows for which a training step leaves out the last layer; earlier ones evenly less."},
            {.tunable = true});
    addInit(all);
    return all;
}

/// Patches as features, and a class token in front of them: [channels, h, w] → [1 + patches, features].
class Patches final : public Layer {
public:
    Patches(std::int64_t side, std::int64_t width) : m_side(side), m_width(width) {}

    std::string type(const Shape&) const override { return "Patches"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != 3)
            return misfit("pictures (channels × height × width)", input);
        if (input[1] % m_side != 0 || input[2] % m_side != 0)
            return misfit("sides that " + std::to_string(m_side) + " pixels (patch_size) divide", input);
        return Shape{1 + input[1] / m_side * (input[2] / m_side), m_width};
    }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const at::Tensor token = maker.filled("class_token", {1, 1, m_width}, 0);
        const Maker::Within within(maker, "conv_proj");
        const Shape shape{m_width, input[0], m_side, m_side};
        const at::Tensor weight = maker.weight("weight", shape), bias = maker.bias("bias", m_width, fanInOf(shape));
        return moduleOf([=, side = m_side](const at::Tensor& x, const Mode&) {
            const at::Tensor patches = at::convolution(x, weight, bias, {side, side}, {0, 0}, {1, 1}, false, {0, 0}, 1);
            return at::cat({token.expand({x.size(0), -1, -1}), patches.flatten(2).transpose(1, 2)}, 1);
        });
    }

private:
    std::int64_t m_side, m_width;
};

/// Places that are learned, added.
class LearnedPositions final : public Layer {
public:
    std::string type(const Shape&) const override { return "PositionEmbedding"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return input; }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const at::Tensor places = maker.normal("pos_embedding", {1, input[0], input[1]}, 0.02);
        return moduleOf([places](const at::Tensor& x, const Mode&) { return x.add(places); });
    }
};

class FirstToken final : public Layer {
public:
    std::string type(const Shape&) const override { return "ClassToken"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return Shape{input.back()}; }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([](const at::Tensor& x, const Mode&) { return x.select(1, 0); });
    }
};

/// Dosovitskiy et al. 2021 as torchvision.models.VisionTransformer, by the same names, of any size.
class VisionTransformer final : public TreeArchitecture {
public:
    explicit VisionTransformer(Spec spec) : TreeArchitecture({spec.init, spec.initScale}), m_spec(std::move(spec)) {}

private:
    Chain plan(const NetworkContext& context) const override
    {
        Parts layers;
        for (std::int64_t i = 0; i < m_spec.numLayers; ++i)
            layers.push_back(
                {"encoder_layer_" + std::to_string(i),
                 layer<EncoderBlock>(EncoderBlockSpec{m_spec.numHeads, m_spec.mlpDim, m_spec.dropout, "gelu", true,
                                                      1e-6, depthRate(m_spec.stochasticDepth, i, m_spec.numLayers)},
                                     EncoderBlockNames{"self_attention", "mlp.0", "mlp.3", "ln_1", "ln_2", true})});
        Parts encoder{{"", layer<LearnedPositions>()},
                      {"layers", layer<Chain>(std::move(layers))},
                      {"ln", layer("LayerNorm", {{"eps", 1e-6}})}};
        return Chain({{"", layer<Patches>(m_spec.patchSize, m_spec.hiddenDim)},
                      {"encoder", layer<Chain>(std::move(encoder))},
                      {"", layer<FirstToken>()},
                      {"heads.head", layer("Linear", {{"out_features", context.outputs}})}});
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<VisionTransformer>(
        "vit", "Vision transformer",
        "Cuts a picture into patches that look at each other. Needs more pictures than convolutions do.", fields());
}

}
