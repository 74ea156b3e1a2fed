// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/tree.h"

#include <algorithm>

namespace core::model::networks::resnet {

namespace {

struct Spec {
    std::string depth = "18";
    std::int64_t width = 64;
    std::string stem = "auto";
    double stochasticDepth = 0;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("depth", &Spec::depth, base::Choice{{"18", "34", "50"}},
            {"Layers with weights. 18 and 34 are made of two 3×3 convolutions a block, 50 of three."},
            {.unit = "layers", .tunable = true});
    all.add("width", &Spec::width, base::Int{1, 4096},
            {"Channels of the first stage; each of the three later ones has twice as many.",
             {},
             "Too few patterns to tell the classes apart.",
             "Slow; learns few pictures by heart."},
            {.unit = "channels", .tunable = true});
    all.add("stem", &Spec::stem, base::Choice{{"auto", "imagenet", "small"}},
            {"imagenet: a 7×7 convolution and pooling make the picture four times smaller before the first block. "
             "small: a 3×3 convolution keeps its size. auto: small below 64 pixels."});
    all.add("stochastic_depth", &Spec::stochasticDepth, base::Real{.min = 0, .max = 1, .belowMax = true},
            {"The share of rows for which a training step leaves out the last block; earlier ones evenly less.",
             {},
             {},
             "Later blocks hardly learn."},
            {.tunable = true});
    addInit(all);
    return all;
}

std::shared_ptr<const Layer> conv(std::int64_t channels, std::int64_t kernel, std::int64_t stride)
{
    return layer("Conv2d", {{"out_channels", channels},
                            {"kernel_size", kernel},
                            {"stride", stride},
                            {"padding", kernel / 2},
                            {"bias", false}});
}

/// He et al. 2016 as torchvision.models.resnet18, 34 and 50 build it, by the same names: the stride of a bottleneck is
/// in its 3×3 convolution.
class ResNet final : public TreeArchitecture {
public:
    explicit ResNet(Spec spec)
        : TreeArchitecture({spec.init, spec.initScale}, {convolutionsByFanOut}),
          m_spec(std::move(spec))
    {
    }

private:
    bool bottleneck() const { return m_spec.depth == "50"; }

    Chain plan(const NetworkContext& context) const override
    {
        const auto norm = layer("BatchNorm2d"), relu = layer("ReLU");
        const Shape& input = context.inputShape;
        const bool small =
            m_spec.stem == "small" || (m_spec.stem == "auto" && input.size() == 3 && std::max(input[1], input[2]) < 64);
        Parts parts{{"conv1", conv(m_spec.width, small ? 3 : 7, small ? 1 : 2)}, {"bn1", norm}, {"relu", relu}};
        if (!small)
            parts.push_back({"maxpool", layer("MaxPool2d", {{"kernel_size", 3}, {"stride", 2}, {"padding", 1}})});
        const std::vector<std::int64_t> blocks =
            m_spec.depth == "18" ? std::vector<std::int64_t>{2, 2, 2, 2} : std::vector<std::int64_t>{3, 4, 6, 3};
        std::int64_t all = 0, place = 0, channels = m_spec.width;
        for (const std::int64_t count : blocks)
            all += count;
        for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
            const std::int64_t width = m_spec.width << stage;
            Parts stageParts;
            for (std::int64_t i = 0; i < blocks[stage]; ++i, ++place) {
                const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
                ResidualParts block = blockOf(width, stride, channels);
                block.stochasticDepth = depthRate(m_spec.stochasticDepth, place, all);
                channels = width * (bottleneck() ? 4 : 1);
                stageParts.push_back({std::to_string(i), layer<ResidualBlock>(std::move(block))});
            }
            parts.push_back({"layer" + std::to_string(stage + 1), layer<Chain>(std::move(stageParts))});
        }
        parts.push_back({"avgpool", layer("AdaptiveAvgPool2d", {{"output_size", 1}})});
        parts.push_back({"", layer("Flatten")});
        parts.push_back({"fc", layer("Linear", {{"out_features", context.outputs}})});
        return Chain(std::move(parts));
    }

    ResidualParts blockOf(std::int64_t width, std::int64_t stride, std::int64_t input) const
    {
        const auto norm = layer("BatchNorm2d"), relu = layer("ReLU");
        ResidualParts block{bottleneck() ? "Bottleneck" : "BasicBlock", {}, {}, relu};
        if (bottleneck())
            block.main = {{"conv1", conv(width, 1, 1)},      {"bn1", norm}, {"", relu},
                          {"conv2", conv(width, 3, stride)}, {"bn2", norm}, {"", relu},
                          {"conv3", conv(4 * width, 1, 1)},  {"bn3", norm}};
        else
            block.main = {{"conv1", conv(width, 3, stride)},
                          {"bn1", norm},
                          {"", relu},
                          {"conv2", conv(width, 3, 1)},
                          {"bn2", norm}};
        const std::int64_t output = width * (bottleneck() ? 4 : 1);
        if (stride != 1 || input != output)
            block.shortcut = {{"downsample.0", conv(output, 1, stride)}, {"downsample.1", norm}};
        return block;
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<ResNet>("resnet", "ResNet",
                    "Many convolutions, with a straight way around every two or three of them. Takes torchvision's "
                    "weights.",
                    fields());
}

}
