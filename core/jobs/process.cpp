// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/process.h"

#include "core/base/files.h"
#include "core/base/forked.h"
#include "core/jobs/descendants.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace core::jobs {

using namespace base;
namespace fs = std::filesystem;

namespace {

// As a shell would find it.
Result<std::string> findProgram(const Launch& launch)
{
    const std::string& named = launch.command.front();
    const auto runs = [](const fs::path& file) {
        std::error_code none;
        return fs::is_regular_file(file, none) && ::access(file.c_str(), X_OK) == 0;
    };
    if (named.find('/') != named.npos) {
        const fs::path file = fs::path(named).is_absolute() ? fs::path(named) : launch.folder / named;
        std::error_code none;
        if (runs(file))
            return file.string();
        return Error{ErrorKind::Spec,
                     fs::exists(file, none) ? "may not be run as a program" : "there is no such program",
                     "/job/command: " + file.string(),
                     fs::exists(file, none) ? "chmod +x it, or name its interpreter first" : "Name one that is there"};
    }
    const char* path = std::getenv("PATH");
    const std::string all = path ? path : "/usr/local/bin:/usr/bin:/bin";
    for (std::size_t from = 0; from <= all.size();) {
        const std::size_t end = std::min(all.find(':', from), all.size());
        const fs::path file = fs::path(all.substr(from, end - from)) / named;
        if (end > from && runs(file))
            return file.string();
        from = end + 1;
    }
    return Error{ErrorKind::Spec, "there is no program \"" + named + "\"", "/job/command/0",
                 "Install it, or write its whole path"};
}

std::vector<std::string> variablesOf(const Launch& launch, const std::string& mark)
{
    std::vector<std::string> all{std::string(markVariable) + "=" + markedBy(mark)};
    for (const auto& [name, value] : launch.environment)
        all.push_back(name + "=" + value);
    for (char** each = environ; *each; ++each) {
        const std::string_view variable(*each);
        const auto same = [&](const auto& setting) { return variable.starts_with(setting.first + "="); };
        if (std::ranges::none_of(launch.environment, same) && !variable.starts_with(std::string(markVariable) + "="))
            all.emplace_back(variable);
    }
    return all;
}

std::vector<char*> wordsOf(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// After the fork: nothing here allocates.
[[noreturn]] void becomeWorker(pid_t parent, const char* folder, int in, int out, int words, char** arguments,
                               char** variables)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(127);
    ::setpgid(0, 0);
    if ((*folder && ::chdir(folder) != 0) || ::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(words, 2) < 0)
        ::_exit(127);
    letSignalsThrough();
    ::execve(arguments[0], arguments, variables);
    ::_exit(127);
}

}

namespace {

// After the fork. The kernel kills the worker when this program dies, but not what the worker has started.
[[noreturn]] void becomeGuardian(pid_t worker, const char* mark, int lifeline)
{
    ::setsid(); // Ctrl-C is not for it; all signals are blocked
    ::dup2(lifeline, 0);
    ::close_range(1, ~0U, 0);
    char word = 0;
    ssize_t count = 0;
    while ((count = ::read(0, &word, 1)) < 0 && errno == EINTR) {
    }
    if (count == 0) {
        ::kill(-worker, SIGKILL);
        killMarked(mark);
    }
    ::_exit(0);
}

}

Status WorkerProcess::guard()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return systemError("open a line to", "the worker", errno);
    m_guardian = forkBlocked();
    if (m_guardian == 0)
        becomeGuardian(m_pid, m_mark.c_str(), ends[0]);
    const int code = errno;
    ::close(ends[0]);
    m_lifeline = ends[1];
    return m_guardian < 0 ? Status(systemError("start", "the worker's guardian", code)) : Status();
}

void WorkerProcess::letGuardianGo()
{
    if (m_lifeline >= 0) {
        (void)::send(m_lifeline, "", 1, MSG_NOSIGNAL);
        ::close(std::exchange(m_lifeline, -1));
    }
    while (m_guardian > 0 && ::waitpid(m_guardian, nullptr, 0) < 0 && errno == EINTR) {
    }
    m_guardian = -1;
}

std::string WorkerEnd::inWords() const
{
    return signal ? "was killed by signal " + std::to_string(signal) : "ended with status " + std::to_string(status);
}

Result<WorkerProcess> WorkerProcess::start(const Launch& launch)
{
    CORE_TRY(program, findProgram(launch));
    const auto opened = [](const fs::path& file, int how) { return ::open(file.c_str(), how | O_CLOEXEC, 0644); };
    // Above the three standard files, so that putting them there overwrites none of them.
    const auto high = [](int file) {
        const int moved = file < 0 ? -1 : ::fcntl(file, F_DUPFD_CLOEXEC, 10);
        const int code = errno;
        if (file >= 0)
            ::close(file);
        errno = code;
        return moved;
    };
    const fs::path& outFile = launch.output.empty() ? launch.log : launch.output;
    const int in = high(opened("/dev/null", O_RDONLY));
    const int words = high(opened(launch.log, O_WRONLY | O_CREAT | O_APPEND));
    const int wordsCode = errno;
    const int out = launch.output.empty() ? ::fcntl(words, F_DUPFD_CLOEXEC, 10)
                                          : high(opened(launch.output, O_WRONLY | O_CREAT | O_TRUNC));
    const int outCode = errno;
    const auto closeAll = [&] {
        for (const int file : {in, words, out})
            if (file >= 0)
                ::close(file);
    };
    if (in < 0 || words < 0 || out < 0) {
        closeAll();
        return words < 0 ? systemError("open", launch.log, wordsCode) : systemError("open", outFile, outCode);
    }
    const std::string mark = newMark();
    std::vector<std::string> arguments = launch.command, variables = variablesOf(launch, mark);
    arguments.front() = program;
    const std::vector<char*> argumentPointers = wordsOf(arguments), variablePointers = wordsOf(variables);
    const std::string folder = launch.folder.string();
    const pid_t parent = ::getpid();
    const pid_t pid = forkBlocked();
    if (pid == 0)
        becomeWorker(parent, folder.c_str(), in, out, words, const_cast<char**>(argumentPointers.data()),
                     const_cast<char**>(variablePointers.data()));
    const int code = errno;
    closeAll();
    if (pid < 0)
        return systemError("start", program, code);
    ::setpgid(pid, pid); // here too: whoever signals the group first finds it
    WorkerProcess process;
    process.m_pid = pid;
    process.m_mark = mark;
    CORE_CHECK(process.guard());
    return process;
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)),
      m_mark(std::move(other.m_mark)),
      m_guardian(std::exchange(other.m_guardian, -1)),
      m_lifeline(std::exchange(other.m_lifeline, -1)),
      m_halted(other.m_halted),
      m_end(other.m_end)
{
}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept
{
    std::swap(m_pid, other.m_pid);
    std::swap(m_mark, other.m_mark);
    std::swap(m_guardian, other.m_guardian);
    std::swap(m_lifeline, other.m_lifeline);
    std::swap(m_halted, other.m_halted);
    std::swap(m_end, other.m_end);
    return *this;
}

WorkerProcess::~WorkerProcess()
{
    if (m_pid > 0 && !m_end) {
        kill();
        int status = 0;
        while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
        }
        killMarked(m_mark.c_str());
    }
    letGuardianGo();
}

const std::optional<WorkerEnd>& WorkerProcess::ended()
{
    int status = 0;
    while (m_pid > 0 && !m_end) {
        const pid_t told = ::waitpid(m_pid, &status, WNOHANG | WUNTRACED);
        if (told < 0 && errno == EINTR)
            continue;
        if (told != m_pid)
            break;
        if (WIFSTOPPED(status)) {
            m_halted = true;
        } else {
            m_end = WIFSIGNALED(status) ? WorkerEnd{.signal = WTERMSIG(status)} : WorkerEnd{WEXITSTATUS(status), 0};
            // What it started does not outlive it.
            ::kill(-m_pid, SIGKILL);
            killMarked(m_mark.c_str());
            letGuardianGo();
        }
    }
    return m_end;
}

void WorkerProcess::goOn()
{
    m_halted = false;
    if (m_pid > 0 && !m_end)
        ::kill(-m_pid, SIGCONT);
}

void WorkerProcess::notify()
{
    if (m_pid <= 0 || m_end)
        return;
    ::kill(-m_pid, SIGTERM);
    goOn();
}

void WorkerProcess::kill()
{
    if (m_pid > 0 && !m_end)
        ::kill(-m_pid, SIGKILL);
}

}
