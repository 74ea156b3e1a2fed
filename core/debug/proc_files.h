// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the kernel's text files say of the machine and of a program. All numbers count up from the start.
namespace core::debug {

/// A core in ticks: its time in all, of which it did nothing, of which it waited for a disk.
struct CoreTicks {
    int core = 0;
    std::uint64_t all = 0, idle = 0, ioWait = 0;
};
/// The `cpuN` lines of `/proc/stat`.
std::vector<CoreTicks> readCores(std::string_view stat);

struct MemoryBytes {
    double total = 0, available = 0;
};
/// `/proc/meminfo`.
std::optional<MemoryBytes> readMemory(std::string_view meminfo);
/// The second number of `/proc/self/statm`: pages that are in memory.
double readResidentPages(std::string_view statm);

/// What went in and what went out.
struct Flow {
    double in = 0, out = 0;
};
/// `read_bytes` and `write_bytes` of `/proc/self/io`.
std::optional<Flow> readDisk(std::string_view io);
/// `/proc/net/dev`: all interfaces but the loopback.
Flow readNetwork(std::string_view dev);

struct ThreadTicks {
    std::string name;
    std::uint64_t ticks = 0;
};
/// `/proc/self/task/N/stat`; names may hold blanks and brackets.
std::optional<ThreadTicks> readThread(std::string_view stat);

/// `0-3,8` → 0 1 2 3 8.
std::vector<int> readList(std::string_view list);
/// A line `name: value` of a file of such lines; empty if there is none.
std::string_view valueOf(std::string_view text, std::string_view name);

inline constexpr double unlimited = std::numeric_limits<double>::infinity();
/// How many cores a control group may use: `cpu.max` of cgroup 2, such as `150000 100000`, or quota and period of
/// cgroup 1.
double readCpuLimit(std::string_view quotaAndPeriod);
/// `memory.max` or `memory.limit_in_bytes`.
double readMemoryLimit(std::string_view text);
/// The folder of a controller (`memory`; empty: cgroup 2) as `/proc/self/cgroup` says it; empty if it does not.
std::string readGroup(std::string_view cgroup, std::string_view controller);

}
