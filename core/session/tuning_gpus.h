// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace core::session {

/// A GPU and its memory now.
struct GpuMemory {
    std::int64_t index = 0;     ///< as in `cuda:0`
    double total = 0, free = 0; ///< bytes

    bool operator==(const GpuMemory&) const = default;
};
using GpuTable = std::function<std::vector<GpuMemory>()>;

/// The driver's own figures; empty without a driver.
std::vector<GpuMemory> gpusHere();
/// Those that CUDA may use, with the numbers that it gives them: `visible` is CUDA_VISIBLE_DEVICES, nullptr without it.
/// Empty where it names devices otherwise than by number.
std::vector<GpuMemory> visibleGpus(const std::vector<GpuMemory>& all, const char* visible);
/// Of `gpus` those that a device setting speaks of: `auto` and `cuda` all, `cuda:1` one, others none.
std::vector<GpuMemory> gpusOf(const std::string& device, const std::vector<GpuMemory>& gpus);

/// Memory that a worker will take which it has not taken yet.
struct GpuClaim {
    std::int64_t gpu = 0;
    double bytes = 0;
};

/// Where a trial goes: on a GPU, or why not now, or why never.
struct GpuPlace {
    std::optional<std::int64_t> gpu;
    bool never = false;
    std::string why;

    bool operator==(const GpuPlace&) const = default;
};
/// The GPU with the most memory free, if that is enough.
GpuPlace placeOnGpu(double bytes, const std::vector<GpuMemory>& gpus, const std::vector<GpuClaim>& claims);

/// Bytes of a GPU's memory that training this experiment takes, CUDA's own included.
base::Result<double> gpuBytesOf(const base::Value& resolved);

/// Which GPU has room for a trial, among those that a device setting speaks of.
class GpuRoom {
public:
    /// Without a table it asks the driver, if LibTorch can use a GPU at all.
    GpuRoom(std::string device, GpuTable table);

    /// Whether trials go to GPUs.
    bool on() const { return m_on; }
    /// Where it goes, and the bytes that it takes there.
    base::Result<std::pair<GpuPlace, double>> place(std::int64_t trial, const base::Value& experiment,
                                                    const std::vector<GpuClaim>& claims);

private:
    std::string m_device;
    GpuTable m_table;
    bool m_on = false;
    std::map<std::int64_t, double> m_bytes; ///< by trial
};

}
