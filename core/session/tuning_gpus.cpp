// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_gpus.h"

#include "core/debug/nvml.h"
#include "core/session/inspect.h"
#include "core/tensor/cuda_devices.h"
#include "core/tensor/device.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace core::session {

namespace {

constexpr double ofCuda = 600e6; ///< bytes that its context and libraries take of a device

std::string gigabytes(double bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GB", bytes / 1e9);
    return text;
}

std::optional<std::int64_t> numberIn(std::string_view text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}

std::vector<GpuMemory> gpusHere()
{
    static const debug::Nvml driver;
    std::vector<GpuMemory> gpus;
    for (const debug::Nvml::Memory& each : driver.memory())
        gpus.push_back({each.index, each.total, each.free});
    return gpus;
}

std::vector<GpuMemory> visibleGpus(const std::vector<GpuMemory>& all, const char* visible)
{
    if (!visible)
        return all;
    std::vector<GpuMemory> gpus;
    std::string_view rest = visible;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const auto number = numberIn(rest.substr(0, end));
        const auto found = std::ranges::find(all, number.value_or(-1), &GpuMemory::index);
        if (!number || found == all.end())
            return {};
        gpus.push_back(*found);
        gpus.back().index = std::int64_t(gpus.size()) - 1;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return gpus;
}

std::vector<GpuMemory> gpusOf(const std::string& device, const std::vector<GpuMemory>& gpus)
{
    if (device == "auto" || device == "cuda")
        return gpus;
    std::vector<GpuMemory> named;
    for (const std::int64_t number : tensor::cudaNumbers(device))
        for (const GpuMemory& each : gpus)
            if (each.index == number)
                named.push_back(each);
    return named;
}

GpuPlace placeOnGpu(double bytes, const std::vector<GpuMemory>& gpus, const std::vector<GpuClaim>& claims)
{
    const GpuMemory *best = nullptr, *largest = nullptr;
    double most = 0;
    for (const GpuMemory& each : gpus) {
        double free = each.free;
        for (const GpuClaim& claim : claims)
            free -= claim.gpu == each.index ? claim.bytes : 0;
        if (!best || free > most) {
            best = &each;
            most = free;
        }
        if (!largest || each.total > largest->total)
            largest = &each;
    }
    const std::string needs = "it needs about " + gigabytes(bytes) + " of a GPU's memory; ";
    if (!best)
        return {{}, true, needs + "there is no GPU"};
    if (bytes > largest->total)
        return {{},
                true,
                needs + "the largest, cuda:" + std::to_string(largest->index) + ", has " + gigabytes(largest->total)};
    if (bytes > most)
        return {{},
                false,
                needs + "the most that is free is " + gigabytes(std::max(0.0, most)) +
                    " of cuda:" + std::to_string(best->index)};
    return {best->index, false, {}};
}

base::Result<double> gpuBytesOf(const base::Value& resolved)
{
    CORE_TRY(model, previewModel(resolved));
    return double(model.bytes) + ofCuda;
}

GpuRoom::GpuRoom(std::string device, GpuTable table) : m_device(std::move(device)), m_table(std::move(table))
{
    if (!m_table) {
        const auto resolved = tensor::resolveDevice(m_device);
        if (!resolved || *resolved == "cpu")
            return;
        m_table = [] { return visibleGpus(gpusHere(), std::getenv("CUDA_VISIBLE_DEVICES")); };
    }
    m_on = !gpusOf(m_device, m_table()).empty();
}

base::Result<std::pair<GpuPlace, double>> GpuRoom::place(std::int64_t trial, const base::Value& experiment,
                                                         const std::vector<GpuClaim>& claims)
{
    auto known = m_bytes.find(trial);
    if (known == m_bytes.end()) {
        CORE_TRY(bytes, gpuBytesOf(experiment));
        known = m_bytes.emplace(trial, bytes).first;
    }
    return std::pair(placeOnGpu(known->second, gpusOf(m_device, m_table()), claims), known->second);
}

}
