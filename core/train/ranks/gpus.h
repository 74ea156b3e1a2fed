// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/spec/distributed.h"
#include "core/train/ranks/place.h"

namespace core::train::ranks {

/// The device that a rank trains on. `devices`: `cpu`, `cuda:0`, or a list such as `cuda:0,1`, which the ranks of a
/// machine take in turns: rank r there trains on `devices[r]`. An error where they cannot: ranks that are threads, or
/// that send by NCCL, need a GPU for each; NCCL needs GPUs.
base::Result<std::string> deviceOfRank(const Place& place, const std::string& devices,
                                       const spec::DistributedSpec& how);

class World;
/// From now on tensors of CUDA devices go by NCCL where `how` says so, all else by Gloo. For worlds of which each rank
/// has a GPU then. Without it they go over Gloo as well, through the memory of their machine.
base::Status goDirectly(World& world, const spec::DistributedSpec& how);
/// The gradients that are under way have come.
void finishGradients(World& world);
/// They will not: the device is free of them.
void dropGradients(World& world);

}
