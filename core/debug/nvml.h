// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/profile.h"

#include <memory>

namespace core::debug {

/// NVIDIA's own figures of its devices, by the driver's library, which is loaded where it is there.
class Nvml {
public:
    Nvml();
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    /// Every device now; empty without a driver.
    std::vector<events::SystemSample::Gpu> read() const;

    struct Memory {
        std::int64_t index = 0;
        double total = 0, free = 0; ///< bytes
    };
    /// The memory of every device now.
    std::vector<Memory> memory() const;

private:
    struct Calls;
    std::unique_ptr<Calls> m_calls;
};

}
