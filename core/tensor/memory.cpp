// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/memory.h"

#include "core/tensor/device.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/Allocator.h>
#include <c10/util/Logging.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <limits>
#include <sys/resource.h>

namespace core::tensor {

// Hears of every allocation of the threads that carry it. What was there before is freed too: hence the sign.
class PeakMemory::Ledger final : public c10::MemoryReportingInfoBase {
public:
    void reportMemoryUsage(void*, std::int64_t size, std::size_t, std::size_t, c10::Device device) override
    {
        if (!device.is_cpu())
            return;
        const std::int64_t now = m_now.fetch_add(size) + size;
        std::int64_t peak = m_peak.load();
        while (now > peak && !m_peak.compare_exchange_weak(peak, now)) {
        }
    }
    bool memoryProfilingEnabled() const override { return true; }
    std::uint64_t peak() const { return std::uint64_t(std::max<std::int64_t>(0, m_peak.load())); }

private:
    std::atomic<std::int64_t> m_now = 0, m_peak = 0;
};

namespace {

constexpr auto all = std::size_t(c10::CachingAllocator::StatType::AGGREGATE);

std::int64_t peakOf(at::Device device, bool peak)
{
    const auto bytes = at::accelerator::getDeviceStats(device.index()).allocated_bytes[all];
    return peak ? bytes.peak : bytes.current;
}

std::uint64_t firstNumber(const char* file, const std::string& key = {})
{
    std::ifstream in(file);
    for (std::string word; in >> word;)
        if (key.empty())
            return word == "max" ? 0 : std::strtoull(word.c_str(), nullptr, 10);
        else if (std::uint64_t value = 0; word == key && in >> value)
            return value;
    return 0;
}

}

class PeakMemory::Watch {
public:
    explicit Watch(at::Device device) : m_device(device)
    {
        if (device.is_cpu()) {
            // Torch warns of every block that it frees and has not seen made.
            FLAGS_caffe2_log_level = c10::GLOG_ERROR;
            m_ledger = std::make_shared<Ledger>();
            m_guard.emplace(c10::DebugInfoKind::PROFILER_STATE, m_ledger);
            return;
        }
        at::accelerator::resetPeakStats(device.index());
        m_before = peakOf(device, false);
    }

    std::uint64_t bytes() const
    {
        return m_ledger ? m_ledger->peak()
                        : std::uint64_t(std::max<std::int64_t>(0, peakOf(m_device, true) - m_before));
    }

private:
    at::Device m_device;
    std::shared_ptr<Ledger> m_ledger;
    std::optional<c10::DebugInfoGuard> m_guard;
    std::int64_t m_before = 0;
};

PeakMemory::PeakMemory(at::Device device) : m_watch(std::make_unique<Watch>(device)) {}

PeakMemory::~PeakMemory() = default;

std::uint64_t PeakMemory::bytes() const
{
    return m_watch->bytes();
}

std::uint64_t freeMemoryOfAll()
{
    const std::uint64_t free = 1024 * firstNumber("/proc/meminfo", "MemAvailable:");
    const std::uint64_t limit = firstNumber("/sys/fs/cgroup/memory.max");
    return limit == 0 ? free : std::min(free, limit - std::min(limit, firstNumber("/sys/fs/cgroup/memory.current")));
}

std::uint64_t freeMemory(at::Device device)
{
    if (!device.is_cpu()) {
        for (const DeviceInfo& info : devices())
            if (info.name == device.str())
                return info.freeBytes;
        return 0;
    }
    std::uint64_t free = freeMemoryOfAll();
    rlimit address{};
    if (getrlimit(RLIMIT_AS, &address) == 0 && address.rlim_cur != RLIM_INFINITY) {
        const std::uint64_t used = 4096 * firstNumber("/proc/self/statm");
        free = std::min<std::uint64_t>(free, address.rlim_cur - std::min<std::uint64_t>(address.rlim_cur, used));
    }
    return free;
}

std::uint64_t freeSwap()
{
    return 1024 * firstNumber("/proc/meminfo", "SwapFree:");
}

}
