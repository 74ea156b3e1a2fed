// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/descendants.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <iterator>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace core::jobs {

namespace {

constexpr std::size_t mostProcesses = 32'768;

struct Process {
    pid_t pid, parent;
    bool marked;
};

pid_t numberIn(const char* text)
{
    pid_t number = 0;
    for (; *text >= '0' && *text <= '9'; ++text)
        number = 10 * number + (*text - '0');
    return *text == 0 ? number : 0;
}

// `/proc/<pid>/<file>`, opened; −1: it is gone, or another user's.
int openOf(pid_t pid, const char* file)
{
    char path[64] = "/proc/", digits[16];
    int count = 0;
    for (; pid > 0; pid /= 10)
        digits[count++] = char('0' + pid % 10);
    std::size_t at = std::strlen(path);
    while (count > 0)
        path[at++] = digits[--count];
    path[at++] = '/';
    std::strncpy(path + at, file, sizeof path - at - 1);
    return ::open(path, O_RDONLY | O_CLOEXEC);
}

ssize_t readSome(int file, char* into, std::size_t most)
{
    ssize_t count = 0;
    while ((count = ::read(file, into, most)) < 0 && errno == EINTR) {
    }
    return count;
}

// What a cluster calls the job that a process belongs to.
constexpr const char* clusterVariables[] = {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID"};

// Where two reads meet, as much of the first as this is looked at again with the second.
constexpr std::size_t longestPattern = 512;

/// What the environment of a process says, `NAME=value` after `NAME=value`, each with a zero before and behind it.
struct Said {
    static constexpr std::size_t clusters = std::size(clusterVariables);

    bool mark = false;
    bool job[clusters] = {}, ours[clusters] = {}; // it is of a job of that cluster; of the caller's own
};

void look(const char* text, std::size_t all, const char* mark, Said& said)
{
    said.mark = said.mark || ::memmem(text, all, mark, std::strlen(mark));
    for (std::size_t k = 0; k < Said::clusters; ++k) {
        const char* variable = clusterVariables[k];
        char pattern[longestPattern] = "";
        std::size_t length = 1;
        const auto add = [&](const char* more) {
            for (; *more && length + 1 < sizeof pattern; ++more)
                pattern[length++] = *more;
        };
        add(variable);
        add("=");
        if (!::memmem(text, all, pattern, length))
            continue;
        said.job[k] = true;
        if (const char* own = std::getenv(variable)) {
            add(own);
            said.ours[k] = said.ours[k] || ::memmem(text, all, pattern, length + 1);
        }
    }
}

// Whether it has the mark, and is no job that was handed to a cluster: that one lives on by the cluster's rules.
bool hasMark(pid_t pid, const char* mark)
{
    const int file = openOf(pid, "environ");
    if (file < 0)
        return false;
    char text[8192 + longestPattern] = "";
    std::size_t kept = 1;
    Said said;
    for (ssize_t count = 0; (count = readSome(file, text + kept, sizeof text - kept)) > 0;) {
        const std::size_t all = kept + std::size_t(count);
        look(text, all, mark, said);
        kept = all < longestPattern ? all : longestPattern;
        std::memmove(text, text + all - kept, kept);
    }
    ::close(file);
    bool handed = false;
    for (std::size_t k = 0; k < Said::clusters; ++k)
        handed = handed || (said.job[k] && !said.ours[k]);
    return said.mark && !handed;
}

// 0: it is gone, or a zombie.
pid_t parentOf(pid_t pid)
{
    const int file = openOf(pid, "stat");
    if (file < 0)
        return 0;
    char text[512];
    const ssize_t count = readSome(file, text, sizeof text - 1);
    ::close(file);
    text[count > 0 ? count : 0] = 0;
    // `pid (name) state parent …`; a name may have brackets.
    char* behind = std::strrchr(text, ')');
    if (!behind || std::strlen(behind) < 5 || behind[2] == 'Z' || behind[2] == 'X')
        return 0;
    char* number = behind + 4;
    if (char* end = std::strchr(number, ' '))
        *end = 0;
    return numberIn(number);
}

std::size_t listProcesses(Process* all, const char* mark)
{
    const int folder = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return 0;
    const pid_t self = ::getpid();
    std::size_t count = 0;
    alignas(dirent64) char entries[4096];
    for (long bytes = 0; (bytes = ::syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0;)
        for (long at = 0; at < bytes;) {
            const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
            at += entry->d_reclen;
            const pid_t pid = numberIn(entry->d_name);
            if (pid <= 1 || pid == self || count == mostProcesses)
                continue;
            if (const pid_t parent = parentOf(pid); parent > 0)
                all[count++] = {pid, parent, hasMark(pid, mark)};
        }
    ::close(folder);
    return count;
}

// Marks also those whose parents are marked, whatever became of their environment. → whether any is.
bool markChildren(Process* all, std::size_t count)
{
    bool any = false;
    for (bool more = true; more;) {
        more = false;
        for (std::size_t k = 0; k < count; ++k) {
            any = any || all[k].marked;
            for (std::size_t i = 0; all[k].marked && i < count; ++i)
                if (!all[i].marked && all[i].parent == all[k].pid)
                    more = all[i].marked = true;
        }
    }
    return any;
}

}

std::string newMark()
{
    static std::atomic<std::uint64_t> count = 0;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return "<" + std::to_string(::getpid()) + "-" + std::to_string(now.tv_sec) + "-" + std::to_string(now.tv_nsec) +
           "-" + std::to_string(++count) + ">";
}

std::string markedBy(const std::string& mark)
{
    const char* before = std::getenv(markVariable);
    return (before ? before : "") + mark;
}

void killMarked(const char* mark)
{
    void* memory =
        ::mmap(nullptr, mostProcesses * sizeof(Process), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    auto* all = static_cast<Process*>(memory);
    // Most are gone at the second look. One that waits for a disk dies when that answers.
    constexpr int mostRounds = 500;
    for (int round = 0; round < mostRounds; ++round) {
        const std::size_t count = listProcesses(all, mark);
        if (!markChildren(all, count))
            break;
        for (std::size_t i = 0; i < count; ++i)
            if (all[i].marked)
                ::kill(all[i].pid, SIGKILL);
        const timespec pause{0, 1'000'000};
        ::nanosleep(&pause, nullptr);
    }
    ::munmap(memory, mostProcesses * sizeof(Process));
}

}
