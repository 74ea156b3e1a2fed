// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/nvml.h"
#include "core/debug/proc_files.h"

#include <filesystem>
#include <map>

namespace core::debug {

/// Looks at the machine as the kernel's files show it. Of cores and memory it knows those that this program may use:
/// its control group's and its affinity's.
class SystemReader {
public:
    /// `root`: where `proc` and `sys` are; `gpus`: asked for its devices, or nullptr.
    explicit SystemReader(std::filesystem::path root = "/", const Nvml* gpus = nullptr);

    /// What has happened since the look before; the first one only begins. `time`: seconds since the epoch, `now`:
    /// seconds that never go back.
    std::optional<events::SystemSample> look(double time, double now);
    /// Cores that may be used, a share of one counting as one.
    int cores() const;

private:
    struct Counts {
        double now = 0;
        std::vector<CoreTicks> cores;
        double groupSeconds = -1; ///< of processor time that the control group used; -1: not known
        Flow disk, network;
        std::map<std::string, ThreadTicks> threads; ///< by number
    };

    std::string read(const std::filesystem::path& file) const;
    std::filesystem::path group(std::string_view controller, std::string_view file) const;
    double cpuLimit() const;
    Counts count(double now) const;
    void addCores(events::SystemSample& sample, const Counts& before, const Counts& after) const;
    void addThreads(events::SystemSample& sample, const Counts& before, const Counts& after) const;
    void addMemory(events::SystemSample& sample) const;

    std::filesystem::path m_root;
    const Nvml* m_gpus;
    std::string m_groups; ///< /proc/self/cgroup
    std::vector<int> m_allowed;
    double m_limit = unlimited; ///< cores
    double m_ticks = 100;       ///< a second
    std::optional<Counts> m_before;
};

}
