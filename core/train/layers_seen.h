// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/engine.h"

namespace core::train {

/// A layer of a network as a pass shows it.
struct LayerSeen {
    std::string name, type; ///< calledLayer(), `ReLU`
    bool floating = true;   ///< what it says are no ids
    bool fed = true;        ///< what it is given are none either
};

/// The layers that a pass in evaluation mode goes through, each once, in order; none of what is no network.
std::vector<LayerSeen> layersOf(Engine& engine);
/// What a layer is called in names of tensors: the only one has none of its own.
std::string calledLayer(const std::string& name);
/// As RunOpened tells them.
std::vector<std::string> toldLayers(const std::vector<LayerSeen>& layers);

}
