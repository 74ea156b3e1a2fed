// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"
#include "core/spec/experiment.h"

namespace core::train {

/// What the processor's memory holds of a network: its weights alone, or all that it learns with.
enum class NetworkUse { Held, Learns };

/// Bytes that a network's tensors take at the least, from its shapes alone: the weights, and of one that learns the
/// gradients and what the optimizer remembers, but of frozen weights, and what layers keep of a batch until their
/// backward pass. 0 of an estimator, and of what cannot be built: whoever builds it says why.
struct NetworkBytes {
    double all = 0;
    double parameters = 0;  ///< how many there are
    double learning = 0;    ///< of those
    double copies = 0;      ///< of each that learns, which the optimizer keeps
    double activations = 0; ///< of `all`, or of what is divided
    double divided = 0;     ///< besides `all`, what ranks have once together: under ZeRO-1, and as stages of a pipeline
    std::string largest;    ///< the layer with the most parameters: `2, Linear, 200000 → 200000`
};
/// `rows`: of the batch that goes through it at once, of a pipeline that it takes in parts; 0: activations are not
/// counted.
NetworkBytes leastBytes(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use,
                        std::int64_t rows = 0);

/// An error of kind Resource if this machine cannot hold a network. To be asked before a tensor of it is made: the
/// system ends a process that takes more memory than there is. `available`: bytes; 0: those that this process may still
/// take, swap space among them. `rows`: as above.
base::Status fitsMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use,
                        std::uint64_t available = 0, std::int64_t rows = 0);

/// Ranks of this machine.
struct RanksHere {
    std::int64_t count = 1;
    bool oneProcess = false;
    std::int64_t ofAll = 0; ///< how many there are on all machines; 0: these
    std::int64_t rows = 0;  ///< of a batch of all ranks; 0: activations are not counted
};
/// The same of ranks that learn, together: what each has, and what they divide among them (the layers of a pipeline,
/// the optimizer's state under ZeRO-1) once if all of them are here. `available`: bytes that they share; 0: those that
/// are free here, for one process those that it may still take.
base::Status ranksFitMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, const RanksHere& ranks,
                            std::uint64_t available = 0);

/// What a forward pass of one row costs, counted from the network's shapes: its multiplications, and 50 for each number
/// that a layer gives. 0 of an estimator, and of what cannot be built.
double workOfRow(const spec::Experiment& experiment, const data::DatasetInfo& info);

}
