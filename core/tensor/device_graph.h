// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace core::tensor {

/// Work on a CUDA device that is recorded once and then played in one piece (a CUDA graph): kernels of a few
/// microseconds each wait no longer for being launched one by one. For one thread, which has called takeStream().
class DeviceGraph {
public:
    virtual ~DeviceGraph() = default;
    /// Writes down what `work` launches, without doing it. Shapes, addresses and numbers from the host are frozen; what
    /// would wait for the device throws.
    virtual void record(const std::function<void()>& work) = 0;
    /// Does what was recorded, behind what this thread has launched.
    virtual void play() = 0;
};

/// nullptr where there is no such device, or the program's CUDA part is not beside it.
std::unique_ptr<DeviceGraph> makeDeviceGraph(at::Device device);
/// From now on this thread launches on a stream of its own: on the one that all threads share nothing can be recorded.
void takeStream(at::Device device);

}
