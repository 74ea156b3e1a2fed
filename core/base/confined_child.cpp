// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/confined_child.h"

#include "core/base/files.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace core::base {

namespace {

constexpr int pipePlace = 3; // of the pipe, once all else is closed
constexpr std::uint64_t endMark = ~std::uint64_t(0);

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t machine = 0;
#endif

void sendAll(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::write(pipePlace, bytes.data(), bytes.size());
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            ::_exit(1);
        bytes.remove_prefix(std::size_t(sent));
    }
}

void sendNumber(std::uint64_t number)
{
    sendAll({reinterpret_cast<const char*>(&number), sizeof number});
}

void bound(__rlimit_resource what, std::uint64_t value)
{
    const rlimit bounds{value, value};
    (void)::setrlimit(what, &bounds);
}

// No descriptor of the parent's is left: neither its windows' sockets nor its files.
bool closeOthers(int pipe)
{
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int standard = 0; standard < 3; ++standard)
        ::dup2(nothing, standard);
    if (::dup2(pipe, pipePlace) < 0)
        return false;
    if (::syscall(SYS_close_range, pipePlace + 1, ~0u, 0) != 0)
        for (int other = pipePlace + 1; other < 65536; ++other)
            ::close(other);
    return true;
}

void boundResources(const ChildLimits& limits)
{
    bound(RLIMIT_CORE, 0);
    bound(RLIMIT_FSIZE, 0);
    bound(RLIMIT_CPU, limits.cpuSeconds);
    if (const auto pages = readFile("/proc/self/statm", 1000)) {
        const std::uint64_t now = std::strtoull(pages->c_str(), nullptr, 10) * std::uint64_t(::sysconf(_SC_PAGESIZE));
        bound(RLIMIT_AS, now + limits.memory);
    }
    bound(RLIMIT_NOFILE, pipePlace + 1);
}

// Every right to files is handled, and none is given.
void refuseFiles()
{
    landlock_ruleset_attr rules{};
    rules.handled_access_fs = (1u << 13) - 1; // those of the first version
    const long ruleset = ::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (ruleset < 0)
        return;
    (void)::syscall(SYS_landlock_restrict_self, ruleset, 0);
    ::close(int(ruleset));
}

// Computing, memory that is not executable, the pipe, and ending.
bool refuseCalls()
{
    const long allowed[] = {SYS_write,          SYS_close,        SYS_munmap,        SYS_mremap,       SYS_brk,
                            SYS_madvise,        SYS_futex,        SYS_exit,          SYS_exit_group,   SYS_rt_sigreturn,
                            SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_clock_gettime, SYS_gettimeofday, SYS_getpid,
                            SYS_gettid,         SYS_tgkill,       SYS_sched_yield,   SYS_getrandom,    SYS_getrusage,
                            SYS_restart_syscall};
    constexpr std::uint32_t number = offsetof(seccomp_data, nr), arch = offsetof(seccomp_data, arch);
    constexpr std::uint32_t protection = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);
    std::vector<sock_filter> filter{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, machine, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number),
    };
    for (const long call : allowed) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, std::uint32_t(call), 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    for (const long call : {SYS_mmap, SYS_mprotect}) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, std::uint32_t(call), 0, 4));
        filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, protection));
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return machine != 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

[[noreturn]] void beChild(int pipe, int parent, const ChildLimits& limits, const std::function<void()>& prepare,
                          const std::function<void(const ConfinedChild::Send&)>& work)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(1);
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGINT, SIGPIPE, SIGXCPU, SIGXFSZ})
        ::signal(signal, SIG_DFL);
    prepare();
    if (!closeOthers(pipe))
        ::_exit(1);
    boundResources(limits);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    refuseFiles();
    sendNumber(refuseCalls());
    work([](std::string_view message) {
        sendNumber(message.size());
        sendAll(message);
    });
    sendNumber(endMark);
    ::_exit(0);
}

}

std::mutex& forkMutex()
{
    static std::mutex mutex;
    return mutex;
}

ConfinedChild::ConfinedChild(const ChildLimits& limits, const std::function<void()>& prepare,
                             const std::function<void(const Send&)>& work)
    : m_limits(limits)
{
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return;
    (void)::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    const int parent = ::getpid();
    {
        const std::lock_guard lock(forkMutex());
        m_pid = ::fork();
    }
    if (m_pid == 0) {
        ::close(ends[0]);
        beChild(ends[1], parent, limits, prepare, work);
    }
    ::close(ends[1]);
    m_pipe = ends[0];
    std::uint64_t confined = 0;
    if (m_pid > 0 && receive(reinterpret_cast<char*>(&confined), sizeof confined))
        m_confined = confined == 1;
}

ConfinedChild::~ConfinedChild()
{
    if (m_pipe >= 0)
        ::close(m_pipe);
    if (m_pid <= 0)
        return;
    ::kill(m_pid, SIGKILL);
    while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

ConfinedChild::Got ConfinedChild::receive(std::string& message)
{
    std::uint64_t size = 0;
    if (!receive(reinterpret_cast<char*>(&size), sizeof size))
        return Got::Death;
    if (size == endMark)
        return Got::End;
    if (size > m_limits.message)
        return Got::Death;
    message.resize(size);
    return receive(message.data(), size) ? Got::Message : Got::Death;
}

bool ConfinedChild::receive(char* bytes, std::size_t size)
{
    for (std::size_t done = 0; done < size;) {
        pollfd ready{m_pipe, POLLIN, 0};
        const int count = ::poll(&ready, 1, m_limits.silenceMilliseconds);
        if (count < 0 && errno == EINTR)
            continue;
        const ssize_t got = count > 0 ? ::read(m_pipe, bytes + done, size - done) : 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += std::size_t(got);
    }
    return true;
}

}
