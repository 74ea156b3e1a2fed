// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"
#include "core/spec/experiment.h"

namespace core::train {

/// What the processor's memory holds of a network: its weights alone, or all that it learns with.
enum class NetworkUse { Held, Learns };

/// Bytes that a network's tensors take at the least, from its shapes alone: the weights, and of one that learns the
/// gradients and what the optimizer remembers, but of frozen weights. Activations are not among them. 0 of an
/// estimator, and of what cannot be built: whoever builds it says why.
struct NetworkBytes {
    double all = 0;
    double parameters = 0; ///< how many there are
    double copies = 0;     ///< of each that learns, which the optimizer keeps
    std::string largest;   ///< the layer with the most parameters: `2, Linear, 200000 → 200000`
};
NetworkBytes leastBytes(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use);

/// An error of kind Resource if this machine cannot hold a network. To be asked before a tensor of it is made: the
/// system ends a process that takes more memory than there is. `available`: bytes; 0: those that this process may still
/// take, swap space among them.
base::Status fitsMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use,
                        std::uint64_t available = 0);

/// The same of `ranks` of this machine, each of which learns, together. `available`: bytes that they share; 0: those
/// that are free here, for `oneProcess` those that it may still take.
base::Status ranksFitMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, std::int64_t ranks,
                            bool oneProcess, std::uint64_t available = 0);

}
