// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/system_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>
#include <unistd.h>
#include <utility>

namespace core::debug {

namespace {

namespace fs = std::filesystem;

double share(std::uint64_t before, std::uint64_t after)
{
    // Time that was waited for a disk may even go back.
    return after > before ? double(after - before) : 0;
}

double number(std::string_view text)
{
    double value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// `usage_usec 123` of cpu.stat and `inactive_file 123` of memory.stat.
double entry(std::string_view text, std::string_view name)
{
    const auto found = text.find(std::string(name) + " ");
    return found == text.npos || (found > 0 && text[found - 1] != '\n') ? -1
                                                                        : number(text.substr(found + name.size() + 1));
}

}

SystemReader::SystemReader(fs::path root, const Nvml* gpus) : m_root(std::move(root)), m_gpus(gpus)
{
    m_groups = read("proc/self/cgroup");
    m_allowed = readList(valueOf(read("proc/self/status"), "Cpus_allowed_list"));
    m_limit = cpuLimit();
    m_ticks = std::max(1.0, double(::sysconf(_SC_CLK_TCK)));
}

std::string SystemReader::read(const fs::path& file) const
{
    std::ifstream in(m_root / file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

// A file of the control group; inside a container the group's own path may not be there, and the root is it.
fs::path SystemReader::group(std::string_view controller, std::string_view file) const
{
    const fs::path top = fs::path("sys/fs/cgroup") / controller;
    std::string inside = readGroup(m_groups, controller);
    inside.erase(0, inside.find_first_not_of('/'));
    std::error_code failed;
    const fs::path own = top / inside / file;
    return fs::exists(m_root / own, failed) ? own : top / file;
}

double SystemReader::cpuLimit() const
{
    if (const std::string max = read(group("", "cpu.max")); !max.empty())
        return readCpuLimit(max);
    return readCpuLimit(read(group("cpu", "cpu.cfs_quota_us")) + " " + read(group("cpu", "cpu.cfs_period_us")));
}

int SystemReader::cores() const
{
    std::size_t count = m_allowed.size();
    if (count == 0)
        count = readCores(read("proc/stat")).size();
    const double some = std::min(double(std::max<std::size_t>(1, count)), std::ceil(m_limit));
    return int(std::max(1.0, some));
}

SystemReader::Counts SystemReader::count(double now) const
{
    Counts counts;
    counts.now = now;
    for (const CoreTicks& core : readCores(read("proc/stat")))
        if (m_allowed.empty() || std::ranges::find(m_allowed, core.core) != m_allowed.end())
            counts.cores.push_back(core);
    if (m_limit < double(counts.cores.size())) {
        const double microseconds = entry(read(group("", "cpu.stat")), "usage_usec");
        const double nanoseconds = number(read(group("cpuacct", "cpuacct.usage")));
        counts.groupSeconds = microseconds >= 0 ? microseconds / 1e6 : nanoseconds >= 0 ? nanoseconds / 1e9 : -1;
    }
    counts.disk = readDisk(read("proc/self/io")).value_or(Flow{});
    counts.network = readNetwork(read("proc/net/dev"));
    std::error_code failed;
    for (auto task = fs::directory_iterator(m_root / "proc/self/task", failed);
         !failed && task != fs::directory_iterator(); task.increment(failed)) {
        const std::string id = task->path().filename().string();
        if (const auto thread = readThread(read(fs::path("proc/self/task") / id / "stat")))
            counts.threads[id] = *thread;
    }
    return counts;
}

std::optional<events::SystemSample> SystemReader::look(double time, double now)
{
    Counts after = count(now);
    const std::optional<Counts> last = std::exchange(m_before, std::move(after));
    if (!last || now <= last->now)
        return {};
    const Counts &before = *last, &counts = *m_before;
    const double seconds = counts.now - before.now;
    events::SystemSample sample;
    sample.time = time;
    addCores(sample, before, counts);
    addThreads(sample, before, counts);
    addMemory(sample);
    const auto rate = [&](double was, double is) { return std::max(0.0, is - was) / seconds; };
    sample.readRate = rate(before.disk.in, counts.disk.in);
    sample.writeRate = rate(before.disk.out, counts.disk.out);
    sample.receiveRate = rate(before.network.in, counts.network.in);
    sample.sendRate = rate(before.network.out, counts.network.out);
    if (m_gpus)
        sample.gpus = m_gpus->read();
    return sample;
}

void SystemReader::addCores(events::SystemSample& sample, const Counts& before, const Counts& after) const
{
    double waited = 0, whole = 0;
    for (const CoreTicks& core : after.cores) {
        const auto was = std::ranges::find(before.cores, core.core, &CoreTicks::core);
        if (was == before.cores.end())
            continue;
        const double all = share(was->all, core.all), io = share(was->ioWait, core.ioWait);
        const double still = share(was->idle, core.idle) + io;
        whole += all;
        waited += io;
        sample.cores.push_back(all > 0 ? 100 * std::clamp(1 - still / all, 0.0, 1.0) : 0);
    }
    sample.ioWait = whole > 0 ? 100 * std::min(1.0, waited / whole) : 0;
    if (before.groupSeconds < 0 || after.groupSeconds < 0)
        return;
    // Less than the machine is ours: its cores show what others do. The time that our group used fills so many cores as
    // it may have, one after the other.
    double used = std::max(0.0, after.groupSeconds - before.groupSeconds) / (after.now - before.now);
    sample.cores.assign(std::size_t(std::ceil(m_limit)), 0);
    double left = m_limit;
    for (double& core : sample.cores) {
        const double mine = std::min(1.0, left);
        core = 100 * std::clamp(used / mine, 0.0, 1.0);
        used -= mine;
        left -= mine;
    }
}

void SystemReader::addThreads(events::SystemSample& sample, const Counts& before, const Counts& after) const
{
    std::map<std::string, int> seen;
    const double perTick = 100 / m_ticks / (after.now - before.now);
    for (const auto& [id, thread] : after.threads) {
        const auto was = before.threads.find(id);
        const double busy = share(was == before.threads.end() ? 0 : was->second.ticks, thread.ticks) * perTick;
        sample.process += busy;
        // Threads that a thread begins bear its name: those of an operation.
        const int number = ++seen[thread.name];
        sample.threads.push_back({number > 1 ? thread.name + " " + std::to_string(number) : thread.name, busy});
    }
}

void SystemReader::addMemory(events::SystemSample& sample) const
{
    const MemoryBytes machine = readMemory(read("proc/meminfo")).value_or(MemoryBytes{});
    sample.total = machine.total;
    sample.available = machine.available;
    sample.resident = readResidentPages(read("proc/self/statm")) * double(::sysconf(_SC_PAGESIZE));
    const std::string newer = read(group("", "memory.max"));
    const double limit = readMemoryLimit(newer.empty() ? read(group("memory", "memory.limit_in_bytes")) : newer);
    if (limit >= machine.total)
        return;
    const double used =
        number(newer.empty() ? read(group("memory", "memory.usage_in_bytes")) : read(group("", "memory.current")));
    const std::string facts = read(newer.empty() ? group("memory", "memory.stat") : group("", "memory.stat"));
    // Pages of files that were read once are given back when somebody needs them.
    const double cached = std::max(0.0, entry(facts, newer.empty() ? "total_inactive_file" : "inactive_file"));
    sample.total = limit;
    sample.available = std::min(machine.available, std::clamp(limit - std::max(0.0, used) + cached, 0.0, limit));
}

}
