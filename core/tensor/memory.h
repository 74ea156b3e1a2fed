// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <memory>

namespace core::tensor {

/// How much more memory tensors hold at once, at most, while this lives than when it was made. On the processor that of
/// the calling thread and the backward passes that it starts; on a GPU that of the device.
class PeakMemory {
public:
    explicit PeakMemory(at::Device device);
    ~PeakMemory();
    std::uint64_t bytes() const;

private:
    class Ledger;
    class Watch;
    std::unique_ptr<Watch> m_watch;
};

/// Bytes that a process may still take on a device; on the processor what the system and the process's own limits
/// leave. 0 if nobody says.
std::uint64_t freeMemory(at::Device device);

/// The same of all processes together: what the system leaves on the processor's side, whatever one may take.
std::uint64_t freeMemoryOfAll();

/// Bytes of swap space that nobody uses.
std::uint64_t freeSwap();

}
