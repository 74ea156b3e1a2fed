// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/tree.h"

namespace core::model::networks::unet {

namespace {

struct Spec {
    std::int64_t depth = 3;
    std::int64_t width = 16;
    std::string activation = "relu";
    double dropout = 0;
    std::string norm = "batch";
    std::string normPosition = "before";
    std::int64_t normGroups = 4;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("depth", &Spec::depth, base::Int{1, 6},
            {"How often the picture is halved on the way down.", "side at the bottom = side / 2^depth",
             "Each pixel's class is told by its near surroundings alone.",
             "The bottom is smaller than what it should see."},
            {.unit = "levels", .tunable = true});
    all.add("width", &Spec::width, base::Int{1, 1024},
            {"Channels of the first level; each level below has twice as many.",
             {},
             "Too few patterns to tell things apart.",
             "Slow, and learns the training pictures by heart."},
            {.unit = "channels", .tunable = true});
    addActivation(all);
    addDropout(all);
    addNorm(all);
    addInit(all);
    return all;
}

/// Ronneberger et al. 2015 (arXiv:1505.04597) with padded convolutions: a class for every pixel. Way down: two
/// convolutions, then half the size and twice the channels; way up: what is below, brought to twice the size, beside
/// what was on this level.
class UNet final : public TreeArchitecture {
public:
    explicit UNet(Spec spec) : TreeArchitecture({spec.init, spec.initScale}), m_spec(std::move(spec)) {}

private:
    std::shared_ptr<const Layer> twice(std::int64_t channels) const
    {
        Parts parts;
        for (const std::string number : {"1", "2"}) {
            const auto norm = m_spec.norm == "none" ? nullptr : normLayer(m_spec.norm, m_spec.normGroups, 2);
            parts.push_back(
                {"conv" + number, layer("Conv2d", {{"out_channels", channels},
                                                   {"kernel_size", 3},
                                                   {"padding", 1},
                                                   {"bias", norm == nullptr || m_spec.normPosition == "after"}})});
            if (norm && m_spec.normPosition == "before")
                parts.push_back({"norm" + number, norm});
            parts.push_back({"", activationLayer(m_spec.activation)});
            if (norm && m_spec.normPosition == "after")
                parts.push_back({"norm" + number, norm});
        }
        return layer<Chain>(std::move(parts), "two convolutions");
    }

    Parts level(std::int64_t depth, std::int64_t channels) const
    {
        Parts parts{{"enc", twice(channels)}};
        if (depth == 0) {
            parts.push_back({"", layer<ModelDropout>(m_spec.dropout)});
            return parts;
        }
        Parts below{{"", layer("MaxPool2d", {{"kernel_size", 2}})}};
        for (Part& part : level(depth - 1, 2 * channels))
            below.push_back(std::move(part));
        below.push_back(
            {"up", layer("ConvTranspose2d", {{"out_channels", channels}, {"kernel_size", 2}, {"stride", 2}})});
        parts.push_back({"below", layer<ConcatBlock>(std::move(below), "below, and beside it")});
        parts.push_back({"dec", twice(channels)});
        return parts;
    }

    Chain plan(const NetworkContext& context) const override
    {
        Parts parts = level(m_spec.depth, m_spec.width);
        parts.push_back({"head", layer("Conv2d", {{"out_channels", context.outputs}, {"kernel_size", 1}})});
        return Chain(std::move(parts));
    }

    std::string advice() const override
    {
        return "unet tells a class for every pixel: set data.task to segmentation, or choose cnn or resnet";
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<UNet>(
        "unet", "U-Net",
        "Tells what every pixel belongs to: down to a small picture that sees the whole, and up again with the "
        "details from each level.",
        fields());
}

}
