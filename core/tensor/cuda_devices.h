// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::tensor {

/// Where so many ranks of this machine train: as resolveDevice(), but a list such as `cuda:0,1`, never longer than they
/// are, where there are several. `auto` means a GPU for each of them, else the processor; `cuda` the first GPUs.
base::Result<std::string> resolveDevices(const std::string& wanted, std::int64_t ranks);
/// `cuda:0,1` → 0 and 1; empty if it names no GPUs by number.
std::vector<std::int64_t> cudaNumbers(const std::string& device);
/// The other way: `cuda:0,1` of 0 and 1.
std::string cudaName(const std::vector<std::int64_t>& numbers);
/// A function of the program's CUDA part by its name; nullptr where that is not there.
void* cudaPart(const char* name);

}
