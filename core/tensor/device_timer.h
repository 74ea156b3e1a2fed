// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace core::tensor {

/// Returns when all that was launched on the device is done; at once on the processor.
void waitFor(at::Device device);

/// Marks in the work of a CUDA device, which cost no waiting when they are made.
class DeviceTimer {
public:
    explicit DeviceTimer(at::Device device);
    ~DeviceTimer();

    void begin();
    void mark();
    /// Milliseconds between one mark and the next, when all of them are done; empty if they cannot be had.
    std::vector<double> laps();

private:
    struct Marks;
    at::Device m_device;
    std::unique_ptr<Marks> m_marks;
};

}
