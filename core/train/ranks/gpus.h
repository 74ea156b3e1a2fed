// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/spec/distributed.h"
#include "core/train/ranks/place.h"

namespace core::train::ranks {

/// tensor::resolveDevices() for ranks; `auto` keeps what only processors do on processors.
base::Result<std::string> devicesOfRanks(const std::string& wanted, std::int64_t localRanks,
                                         const spec::DistributedSpec& how);
/// The device that a rank trains on. `devices`: `cpu`, `cuda:0`, or a list such as `cuda:0,1`, which the ranks of a
/// machine take in turns: rank r there trains on `devices[r]`. An error where they cannot: ranks that are threads, or
/// that send by NCCL, need a GPU for each; NCCL needs GPUs; what sends otherwise than by sums stays on processors.
base::Result<std::string> deviceOfRank(const Place& place, const std::string& devices,
                                       const spec::DistributedSpec& how);

class World;
/// From now on tensors of CUDA devices go by NCCL, all else by Gloo. For worlds of which each rank has a GPU.
base::Status useNccl(World& world);
/// The gradients that are under way have come.
void finishGradients(World& world);
/// They will not: the device is free of them.
void dropGradients(World& world);

}
