// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"
#include "core/model/init.h"
#include "core/model/layer_info.h"

#include <optional>

namespace core::model {

// Layers of the fast path as values, with the names and defaults of torch.nn.

struct Linear {
    std::int64_t outputs = 1;
};
/// Square kernels, stride 1.
struct Conv2d {
    std::int64_t channels = 1;
    std::int64_t kernel = 3;
    std::int64_t padding = 0;
};
/// BatchNorm1d behind rows, BatchNorm2d behind pictures.
struct BatchNorm {
    double eps = 1e-5;
    double momentum = 0.1;
};
/// Over all channels at once it is LayerNorm behind rows; over each channel alone it is InstanceNorm2d with weights.
struct GroupNorm {
    std::int64_t groups = 1; ///< 0: every channel is one
    double eps = 1e-5;
};
enum class Activation { ReLU, Tanh, Sigmoid, LeakyReLU, ELU, GELU, SiLU };
struct Dropout {
    double p = 0.5;
    /// False: takes no number among the layers. It stands where dropout may come while a run goes.
    bool numbered = true;
};
/// Square windows beside each other.
struct MaxPool2d {
    std::int64_t size = 2;
};
struct Flatten {};
using PlainLayer = std::variant<Linear, Conv2d, BatchNorm, GroupNorm, Activation, Dropout, MaxPool2d, Flatten>;

/// `relu`, `tanh`, `sigmoid`, `leaky_relu`, `elu`, `gelu`, `silu`.
const std::vector<std::string>& activationNames();
/// Asserts that the name is one of them.
Activation activationOf(const std::string& name);

/// Layers one behind the other. Parameters are named as in PyTorch's Sequential: `0.weight`, `0.bias`, …
struct PlainLayers {
    std::vector<PlainLayer> list = {};
    /// Pictures become rows before the first layer, by no layer of their own, so that names do not depend on the data.
    bool rows = false;
    /// The only layer is named as if it stood alone: `weight`, `bias`.
    bool bare = false;
    Init init = {};
};

/// `Linear`, `BatchNorm1d` or `BatchNorm2d`, as torch.nn calls it behind such an input.
std::string typeOf(const PlainLayer& layer, const std::vector<std::int64_t>& input);
/// The name of layer `place` in the state dict; empty if it is bare.
std::string nameOf(const PlainLayers& layers, std::size_t place);
/// The shape behind a layer, without the batch; nothing if the layer does not fit behind `input`.
std::optional<std::vector<std::int64_t>> shapeBehind(const PlainLayer& layer, const std::vector<std::int64_t>& input);
/// Every layer with its shape and number of parameters. The first that cannot stand where it is says why; shapes are
/// unknown from there on.
std::vector<LayerInfo> describe(const PlainLayers& layers, std::vector<std::int64_t> inputShape);
/// The shape of a layer's input once `PlainLayers::rows` is seen to.
std::vector<std::int64_t> inputOf(const PlainLayers& layers, const std::vector<std::int64_t>& inputShape);

}
