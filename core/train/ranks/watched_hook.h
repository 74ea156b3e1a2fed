// SPDX-License-Identifier: GPL-3.0-or-later
// For the sources of core/train/ranks alone.
#pragma once

#include "core/train/ranks/c10d.h"

#include <torch/csrc/distributed/c10d/comm.hpp>

namespace core::train::ranks {

/// What a hook returns whose result is there, or lies behind what was launched on the device's current stream.
c10::intrusive_ptr<c10::ivalue::Future> there(const at::Tensor& values);

/// What the Reducer does with a bucket where nothing else is asked for, in the same bits: the mean over all ranks.
/// `processors`: gradients lie in the machine's own memory.
std::unique_ptr<c10d::CommHookInterface> averaging(World& world, bool processors);
/// The same with half as many bits in what is sent.
std::unique_ptr<c10d::CommHookInterface> averagingHalves(World& world);
/// As `inner`, while the microscope of `world` is told when each bucket is ready and when it is done.
std::unique_ptr<c10d::CommHookInterface> watched(std::unique_ptr<c10d::CommHookInterface> inner, World& world);

}
