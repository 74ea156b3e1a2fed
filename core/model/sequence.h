// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"
#include "core/model/plain_layers.h"

namespace core::model {

/// The network of some layers: weights drawn by `layers.init` from the context's seed, by a stream of their name each.
/// An error if a layer does not fit (describe() says which).
base::Result<std::unique_ptr<Network>> makeSequence(const PlainLayers& layers, const NetworkContext& context);

/// The layers of a network that makeSequence() made, one behind the other; empty for any other network. Their
/// parameters are those of the network, in the same order.
std::vector<PlainLayer> layersIn(const Network& network);

}
