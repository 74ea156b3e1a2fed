// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/device_timer.h"
#include "core/train/phase_clock.h"

namespace core::train {

/// How the time of a step on a CUDA device is divided: the host launches and does not see it. Every so often a step's
/// work is marked on the device, and the steps until the next are divided alike. A recorded step is one piece.
class DeviceSplit {
public:
    explicit DeviceSplit(at::Device device) : m_timer(device) {}

    void begin(const PhaseClock* clock, bool recorded);
    /// After the copy to the device, after forward, after backward.
    void mark(bool recorded)
    {
        if (m_marking && !recorded)
            m_timer.mark();
    }
    /// The device is done with the step.
    void end(PhaseClock* clock, bool recorded);

private:
    tensor::DeviceTimer m_timer;
    std::vector<double> m_shares; ///< of the last step that was marked
    bool m_marking = false;
    std::int64_t m_steps = 0;
};

}
