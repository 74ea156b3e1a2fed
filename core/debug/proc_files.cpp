// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/proc_files.h"

#include <algorithm>
#include <charconv>

namespace core::debug {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view nextLine(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    return line;
}

std::string_view nextWord(std::string_view& line)
{
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto end = std::min(line.find_first_of(blanks), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

template <class Number>
std::optional<Number> numberIn(std::string_view word)
{
    Number number{};
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), number);
    return code == std::errc{} && end == word.data() + word.size() ? std::optional(number) : std::nullopt;
}

std::optional<double> kilobytes(std::string_view text, std::string_view name)
{
    std::string_view value = valueOf(text, name);
    const auto number = numberIn<double>(nextWord(value));
    return number ? std::optional(*number * 1024) : std::nullopt;
}

}

std::vector<CoreTicks> readCores(std::string_view stat)
{
    std::vector<CoreTicks> cores;
    while (!stat.empty()) {
        std::string_view line = nextLine(stat);
        const std::string_view name = nextWord(line);
        const auto core = name.starts_with("cpu") ? numberIn<int>(name.substr(3)) : std::nullopt;
        if (!core)
            continue;
        CoreTicks ticks{*core};
        // user nice system idle iowait irq softirq steal; guests are counted in user already.
        for (int place = 0; place < 8; ++place) {
            const std::uint64_t value = numberIn<std::uint64_t>(nextWord(line)).value_or(0);
            ticks.all += value;
            if (place == 3)
                ticks.idle = value;
            if (place == 4)
                ticks.ioWait = value;
        }
        cores.push_back(ticks);
    }
    return cores;
}

std::optional<MemoryBytes> readMemory(std::string_view meminfo)
{
    const auto total = kilobytes(meminfo, "MemTotal");
    if (!total)
        return {};
    const auto available = kilobytes(meminfo, "MemAvailable");
    return MemoryBytes{*total, available ? *available : kilobytes(meminfo, "MemFree").value_or(0)};
}

double readResidentPages(std::string_view statm)
{
    (void)nextWord(statm);
    return numberIn<double>(nextWord(statm)).value_or(0);
}

std::optional<Flow> readDisk(std::string_view io)
{
    const auto read = numberIn<double>(valueOf(io, "read_bytes"));
    const auto written = numberIn<double>(valueOf(io, "write_bytes"));
    return read && written ? std::optional(Flow{*read, *written}) : std::nullopt;
}

Flow readNetwork(std::string_view dev)
{
    Flow all;
    while (!dev.empty()) {
        std::string_view line = nextLine(dev);
        const auto colon = line.find(':');
        if (colon == line.npos)
            continue;
        std::string_view name = line.substr(0, colon);
        if (nextWord(name) == "lo")
            continue;
        line.remove_prefix(colon + 1);
        for (int place = 0; place < 9; ++place) {
            const double value = numberIn<double>(nextWord(line)).value_or(0);
            if (place == 0)
                all.in += value;
            if (place == 8)
                all.out += value;
        }
    }
    return all;
}

std::optional<ThreadTicks> readThread(std::string_view stat)
{
    const auto open = stat.find('('), close = stat.rfind(')');
    if (open == stat.npos || close == stat.npos || close < open)
        return {};
    ThreadTicks thread{std::string(stat.substr(open + 1, close - open - 1))};
    std::string_view rest = stat.substr(close + 1);
    // state, 10 numbers, then the time for itself and in the kernel.
    for (int place = 0; place < 13; ++place) {
        const std::string_view word = nextWord(rest);
        if (place < 11)
            continue;
        const auto ticks = numberIn<std::uint64_t>(word);
        if (!ticks)
            return {};
        thread.ticks += *ticks;
    }
    return thread;
}

std::vector<int> readList(std::string_view list)
{
    std::vector<int> numbers;
    list = nextWord(list);
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const std::string_view part = list.substr(0, end);
        list.remove_prefix(std::min(list.size(), end + 1));
        const auto dash = part.find('-');
        const auto first = numberIn<int>(part.substr(0, dash));
        const auto last = dash == part.npos ? first : numberIn<int>(part.substr(dash + 1));
        for (int n = first.value_or(0); first && last && n <= std::min(*last, *first + 65536); ++n)
            numbers.push_back(n);
    }
    return numbers;
}

std::string_view valueOf(std::string_view text, std::string_view name)
{
    while (!text.empty()) {
        std::string_view line = nextLine(text);
        if (!line.starts_with(name) || line.substr(name.size()).substr(0, 1) != ":")
            continue;
        line.remove_prefix(name.size() + 1);
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        return line.substr(0, line.find_last_not_of(blanks) + 1);
    }
    return {};
}

double readCpuLimit(std::string_view quotaAndPeriod)
{
    const auto quota = numberIn<double>(nextWord(quotaAndPeriod));
    const auto period = numberIn<double>(nextWord(quotaAndPeriod));
    // Without a limit the first says `max`, or is −1.
    return quota && period && *quota > 0 && *period > 0 ? *quota / *period : unlimited;
}

double readMemoryLimit(std::string_view text)
{
    const auto bytes = numberIn<double>(nextWord(text));
    // Without a limit cgroup 1 says the largest number of whole pages.
    return bytes && *bytes > 0 && *bytes < 9e18 ? *bytes : unlimited;
}

std::string readGroup(std::string_view cgroup, std::string_view controller)
{
    while (!cgroup.empty()) {
        const std::string_view line = nextLine(cgroup);
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (first == line.npos || second == line.npos)
            continue;
        std::string_view names = line.substr(first + 1, second - first - 1);
        bool found = controller.empty() && names.empty();
        while (!names.empty() && !found) {
            const auto end = std::min(names.find(','), names.size());
            found = names.substr(0, end) == controller && !controller.empty();
            names.remove_prefix(std::min(names.size(), end + 1));
        }
        if (found)
            return std::string(line.substr(second + 1));
    }
    return {};
}

}
