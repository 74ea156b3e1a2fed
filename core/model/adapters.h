// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"
#include "core/spec/experiment.h"

namespace core::model {

/// Low-rank adapters (Hu et al. 2021): beside a weight W₀ [outputs, inputs…] stand `<weight>.lora_A` [rank, inputs],
/// Kaiming-uniform (a = √5), and `<weight>.lora_B` [outputs, rank], zeros; the network computes with
/// W = W₀ + alpha / rank · B · A. A convolution's weight counts as the matrix [outputs, inputs · window].
/// What is computed is W, kept under the plain name: layers of every kind can be adapted, a step costs what it cost
/// before, and what is exported needs no merging. `<weight>.lora_base` holds W₀.
/// An error if a target is no layer, or if there is none.
base::Result<std::unique_ptr<Network>> withAdapters(std::unique_ptr<Network> network, const spec::LoraSpec& lora,
                                                    std::uint64_t seed);

/// The weights that get adapters.
std::vector<std::string> adaptedWeights(const std::vector<ParameterInfo>& parameters, const spec::LoraSpec& lora);
/// Parameters that the adapters of such a weight have.
std::int64_t adapterParameters(const std::vector<std::int64_t>& shape, std::int64_t rank);

/// Whether a tensor is one of an adapter, by its name.
bool isAdapter(const std::string& name);
/// The weight that it stands beside; another name as it is.
std::string plainNameOf(const std::string& name);

/// A network's parameters as names and shapes.
std::vector<ParameterInfo> describeParameters(const Network& network);

}
