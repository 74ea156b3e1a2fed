// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/model/maker.h"
#include "core/model/network.h"

namespace core::model {

/// A layer with its tensors. Autograd watches what it does.
class Module {
public:
    virtual ~Module() = default;
    /// A batch of the layer's input → its output.
    virtual at::Tensor forward(const at::Tensor& input, const Mode& mode) = 0;
    /// From the next forward pass on, of layers that follow the model's `dropout`.
    virtual void setDropout(double p) { (void)p; }
};

class Layer;
/// A layer at its place. An empty name adds nothing to those of its tensors.
struct Part {
    std::string name;
    std::shared_ptr<const Layer> layer;
};
using Parts = std::vector<Part>;

/// A kind of layer with its parameters chosen, without tensors. The plug-ins of `core/model/layers` are those that a
/// person can stack; they have torch.nn's names, parameters and defaults.
class Layer {
public:
    virtual ~Layer() = default;
    /// `Conv2d`, as pictures of networks call it behind such an input.
    virtual std::string type(const Shape& input) const = 0;
    /// The shape behind `input`, both without the batch. An error says what the layer needs.
    virtual base::Result<Shape> shapeBehind(const Shape& input) const = 0;
    /// What a picture of the network says of it.
    virtual std::string text(const Shape& input, const Shape& output) const;
    /// Only for inputs that shapeBehind() takes. Tensors are asked for in the order of PyTorch's state dict.
    virtual std::unique_ptr<Module> make(Maker& maker, const Shape& input) const = 0;
    /// Layers one behind the other that pictures show one by one; nullptr: it is one block.
    virtual const Parts* parts() const { return nullptr; }
};

using Layers = base::Registry<Layer>;
const Layers& allLayers();

/// The layers of a list, named by their places: `0`, `1`, …; an error tells the place.
base::Result<Parts> partsOf(const std::vector<base::Pick>& picks, const std::string& where);

/// What a layer says of an input that it cannot take.
base::Error misfit(const std::string& needs, const Shape& input, const std::string& advice = {});

}
