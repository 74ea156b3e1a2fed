// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"
#include "core/model/weights_file.h"

namespace core::model {

/// How a network takes over weights.
struct TakeOver {
    std::string head = "auto";             ///< `model.last_layer`
    std::vector<std::string> classes = {}; ///< that the network is to tell apart; empty: numbers
    std::string where;                     ///< for errors
};

/// Takes over weights by name; a new head keeps its own beginning. Every other tensor must be there with its shape, but
/// for the counters that batch norms did not have before PyTorch 0.4.1. → what a person should know: `fc: new, 10 → 2
/// classes`.
base::Result<std::vector<std::string>> initialize(Network& network, const Weights& weights, const TakeOver& how);

}
