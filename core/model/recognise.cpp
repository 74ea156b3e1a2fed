// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/hub.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace core::model {

using base::Array;
using base::Object;

namespace {

class Names {
public:
    explicit Names(const std::vector<base::Blob>& weights)
    {
        for (const base::Blob& blob : weights)
            m_shapes[blob.name] = blob.shape;
    }

    bool has(const std::string& name) const { return m_shapes.contains(name); }
    /// A side of a tensor; 0 where there is none.
    std::int64_t side(const std::string& name, std::size_t which) const
    {
        const auto found = m_shapes.find(name);
        return found != m_shapes.end() && which < found->second.size() ? found->second[which] : 0;
    }
    std::size_t dims(const std::string& name) const
    {
        const auto found = m_shapes.find(name);
        return found == m_shapes.end() ? 0 : found->second.size();
    }
    /// How many of `begin0end`, `begin1end`, … there are.
    std::int64_t count(const std::string& begin, const std::string& end) const
    {
        std::int64_t n = 0;
        while (has(begin + std::to_string(n) + end))
            ++n;
        return n;
    }
    /// Numbers of the layers of a Sequential that have weights of so many dimensions, in order.
    std::vector<std::int64_t> layers(std::size_t dims) const
    {
        std::vector<std::int64_t> numbers;
        for (const auto& [name, shape] : m_shapes) {
            std::int64_t number = 0;
            const char* end = name.data() + name.size();
            const auto [stop, code] = std::from_chars(name.data(), end, number);
            if (code == std::errc{} && std::string_view(stop, std::size_t(end - stop)) == ".weight" &&
                shape.size() == dims)
                numbers.push_back(number);
        }
        std::ranges::sort(numbers);
        return numbers;
    }

private:
    std::map<std::string, std::vector<std::int64_t>> m_shapes;
};

std::optional<Recognised> resnet(const Names& names)
{
    if (!names.has("conv1.weight") || !names.has("layer1.0.conv1.weight") || !names.has("fc.weight"))
        return {};
    const std::int64_t blocks[] = {names.count("layer1.", ".conv1.weight"), names.count("layer2.", ".conv1.weight"),
                                   names.count("layer3.", ".conv1.weight"), names.count("layer4.", ".conv1.weight")};
    const bool three = names.has("layer1.0.conv3.weight");
    const bool eighteen = std::ranges::equal(blocks, std::vector<std::int64_t>{2, 2, 2, 2});
    const bool thirtyFour = std::ranges::equal(blocks, std::vector<std::int64_t>{3, 4, 6, 3});
    if (!(eighteen && !three) && !thirtyFour)
        return {};
    const bool small = names.side("conv1.weight", 2) == 3;
    const std::int64_t side = small ? 32 : 224;
    return Recognised{Object{{"kind", "resnet"},
                             {"depth", three      ? "50"
                                       : eighteen ? "18"
                                                  : "34"},
                             {"width", names.side("conv1.weight", 0)},
                             {"stem", small ? "small" : "imagenet"}},
                      {names.side("conv1.weight", 1), side, side},
                      names.side("fc.weight", 0)};
}

std::optional<Recognised> vit(const Names& names)
{
    if (!names.has("conv_proj.weight") || !names.has("encoder.pos_embedding") || !names.has("heads.head.weight"))
        return {};
    const std::int64_t patch = names.side("conv_proj.weight", 2);
    const auto side = std::int64_t(std::llround(std::sqrt(double(names.side("encoder.pos_embedding", 1) - 1))));
    const std::int64_t width = names.side("conv_proj.weight", 0);
    // The number of heads leaves no trace in the shapes: torchvision's have 64 features each.
    return Recognised{Object{{"kind", "vit"},
                             {"patch_size", patch},
                             {"hidden_dim", width},
                             {"num_layers", names.count("encoder.layers.encoder_layer_", ".ln_1.weight")},
                             {"num_heads", width % 64 == 0 && width > 64 ? width / 64 : 4},
                             {"mlp_dim", names.side("encoder.layers.encoder_layer_0.mlp.0.weight", 0)}},
                      {names.side("conv_proj.weight", 1), side * patch, side * patch},
                      names.side("heads.head.weight", 0)};
}

std::optional<Recognised> plain(const Names& names)
{
    const std::vector<std::int64_t> convs = names.layers(4), linears = names.layers(2);
    const auto weight = [](std::int64_t layer) { return std::to_string(layer) + ".weight"; };
    if (linears.empty() && names.dims("weight") == 2)
        return Recognised{Object{{"kind", "linear"}}, {names.side("weight", 1)}, names.side("weight", 0)};
    if (linears.empty())
        return {};
    Array hidden, channels;
    for (std::size_t i = 0; i + 1 < linears.size(); ++i)
        hidden.push_back(names.side(weight(linears[i]), 0));
    const std::int64_t outputs = names.side(weight(linears.back()), 0);
    const bool norms = !names.layers(1).empty();
    const bool batch = std::ranges::any_of(
        names.layers(1), [&](std::int64_t layer) { return names.has(std::to_string(layer) + ".running_mean"); });
    Object network{{"kind", convs.empty() ? "mlp" : "cnn"}};
    if (norms)
        network.set("norm", batch ? "batch" : "layer");
    network.set("hidden", std::move(hidden));
    if (convs.empty())
        return Recognised{std::move(network), {names.side(weight(linears.front()), 1)}, outputs};
    for (const std::int64_t conv : convs)
        channels.push_back(names.side(weight(conv), 0));
    network.set("channels", std::move(channels));
    network.set("kernel", names.side(weight(convs.front()), 2));
    // With pooling behind each convolution the picture's side is what the first dense layer sees of it.
    const std::int64_t seen =
        names.side(weight(linears.front()), 1) / std::max<std::int64_t>(names.side(weight(convs.back()), 0), 1);
    const bool pools = convs.size() < 2 || convs[1] - convs[0] > 2 + (norms ? 1 : 0);
    if (!pools)
        network.set("pool", 1);
    const auto side = std::int64_t(std::llround(std::sqrt(double(seen)))) << (pools ? convs.size() : 0);
    return Recognised{std::move(network), {names.side(weight(convs.front()), 1), side, side}, outputs};
}

}

base::Result<Recognised> recognise(const std::vector<base::Blob>& weights, const std::string& kind)
{
    const Names names(weights);
    for (const auto& look : {resnet, vit, plain})
        if (const auto found = look(names); found && (kind.empty() || found->network["kind"].text() == kind))
            return *found;
    if (!kind.empty())
        return Recognised{Object{{"kind", kind}}, {}, 0};
    return base::Error{base::ErrorKind::Data,
                       "these weights are of no network that is known by its names" +
                           (weights.empty() ? std::string() : " (" + weights.front().name + ", …)"),
                       "--model",
                       "Name the kind: resnet, vit, cnn, mlp, linear, rnn, transformer, cnn1d or sequential"};
}

}
