// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::tensor {

struct DeviceInfo {
    std::string name;  ///< `cpu`, `cuda:0`
    std::string model; ///< as its maker calls it
    std::uint64_t freeBytes = 0, totalBytes = 0;
};

/// The processor, then every CUDA device that can be used. Loads LibTorch's CUDA part if it and a driver are there.
std::vector<DeviceInfo> devices();
/// Why there is no CUDA device; empty if there is one.
std::string whyNoCuda();
/// `auto` (the first CUDA device, else the processor), `cpu`, `cuda`, `cuda:N` → a name that at::Device takes.
base::Result<std::string> resolveDevice(const std::string& wanted);

}
