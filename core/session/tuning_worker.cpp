// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_worker.h"

#include "core/base/files.h"
#include "core/base/forked.h"
#include "core/base/json.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace {

constexpr int toldAt = 3;
constexpr std::size_t longestLine = 1 << 20;

}

std::vector<base::Object> takeLines(std::string& text)
{
    std::vector<base::Object> lines;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', begin)) {
        if (auto line = base::parseJson(std::string_view(text).substr(begin, end - begin)); line && line->isObject())
            lines.push_back(line->object());
        begin = end + 1;
    }
    text.erase(0, begin);
    return lines;
}

base::Result<TrialProcess> TrialProcess::start(const std::vector<std::string>& command,
                                               const std::filesystem::path& log, const Environment& environment,
                                               bool listens, bool holdsTerm)
{
    // Everything that allocates comes before the fork.
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    std::vector<std::string> settings;
    for (const auto& [name, value] : environment)
        settings.push_back(name + "=" + value);
    std::vector<char*> variables;
    for (std::string& each : settings)
        variables.push_back(each.data());
    for (char** each = environ; *each; ++each) {
        const std::string_view variable(*each);
        const auto same = [&](const auto& setting) { return variable.starts_with(setting.first + "="); };
        if (std::ranges::none_of(environment, same))
            variables.push_back(*each);
    }
    variables.push_back(nullptr);
    return begin(command.front(), log, listens, holdsTerm,
                 [&] { ::execve(arguments[0], arguments.data(), variables.data()); });
}

base::Result<TrialProcess> TrialProcess::copy(const std::function<int()>& work, const char* name,
                                              const std::filesystem::path& log, const Environment& environment)
{
    // What is not written yet would be written twice.
    std::cout.flush();
    std::fflush(nullptr);
    return begin(name, log, true, true, [&] {
        // As exec would: neither the journal nor its lock is the child's.
        ::close_range(toldAt + 1, ~0U, 0);
        ::prctl(PR_SET_NAME, name);
        ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
        for (const auto& [variable, value] : environment)
            ::setenv(variable.c_str(), value.c_str(), 1);
        const int status = work();
        std::cout.flush();
        std::fflush(nullptr);
        ::_exit(status);
    });
}

// `become` does not return, unless it fails.
base::Result<TrialProcess> TrialProcess::begin(const std::string& what, const std::filesystem::path& log, bool listens,
                                               bool holdsTerm, const std::function<void()>& become)
{
    int ends[2], orders[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return base::systemError("open a pipe to", what, errno);
    if (listens && ::pipe2(orders, O_CLOEXEC) != 0) {
        const Error error = base::systemError("open a pipe to", what, errno);
        ::close(ends[0]);
        ::close(ends[1]);
        return error;
    }
    const auto closeOrders = [&orders] {
        for (const int end : orders)
            if (end >= 0)
                ::close(end);
    };
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (output < 0) {
        const Error error = base::systemError("open", log, errno);
        ::close(ends[0]);
        ::close(ends[1]);
        closeOrders();
        return error;
    }
    const pid_t parent = ::getpid();
    const pid_t pid = base::forkBlocked();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent)
            ::_exit(127);
        // A process group of its own: Ctrl+C is for the coordinator, which then asks its workers.
        ::setpgid(0, 0);
        const int nothing = listens ? ::fcntl(orders[0], F_DUPFD, 10) : ::open("/dev/null", O_RDONLY);
        // Copies lose the flag that closes them; one that is in its place already must lose it too.
        const int pipe = ::fcntl(ends[1], F_DUPFD, 10);
        const int words = ::fcntl(output, F_DUPFD, 10);
        if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(words, 1) < 0 || ::dup2(words, 2) < 0 ||
            ::dup2(pipe, toldAt) < 0)
            ::_exit(127);
        ::close(pipe);
        ::close(words);
        base::letSignalsThrough(holdsTerm ? SIGTERM : 0);
        ::signal(SIGPIPE, SIG_IGN);
        become();
        ::_exit(127);
    }
    const int failed = errno;
    ::close(ends[1]);
    ::close(output);
    if (pid < 0) {
        ::close(ends[0]);
        closeOrders();
        return base::systemError("start", what, failed);
    }
    if (listens)
        ::close(orders[0]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    TrialProcess process;
    process.m_pid = pid;
    process.m_pipe = ends[0];
    process.m_orders = orders[1];
    return process;
}

TrialProcess::TrialProcess(TrialProcess&& other) noexcept
{
    *this = std::move(other);
}

TrialProcess& TrialProcess::operator=(TrialProcess&& other) noexcept
{
    std::swap(m_pid, other.m_pid);
    std::swap(m_pipe, other.m_pipe);
    std::swap(m_orders, other.m_orders);
    std::swap(m_closed, other.m_closed);
    std::swap(m_text, other.m_text);
    return *this;
}

TrialProcess::~TrialProcess()
{
    if (m_pid > 0) {
        kill();
        wait();
    }
    for (const int end : {m_pipe, m_orders})
        if (end >= 0)
            ::close(end);
}

bool TrialProcess::order(const base::Object& line)
{
    const std::string text = base::writeJson(line) + "\n";
    // Whoever is gone is no reason to die of SIGPIPE.
    struct sigaction before {
    }, ignore{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before);
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = ::write(m_orders, text.data() + done, text.size() - done);
        if (count > 0)
            done += std::size_t(count);
        else if (errno != EINTR)
            break;
    }
    ::sigaction(SIGPIPE, &before, nullptr);
    return done == text.size();
}

std::vector<base::Object> TrialProcess::told()
{
    char bytes[4096];
    while (!m_closed) {
        const ssize_t count = ::read(m_pipe, bytes, sizeof bytes);
        if (count > 0)
            m_text.append(bytes, std::size_t(count));
        else if (count == 0)
            m_closed = true;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            break;
        else if (errno != EINTR)
            m_closed = true;
        if (m_text.size() > longestLine)
            m_closed = true;
    }
    return takeLines(m_text);
}

void TrialProcess::askToEnd()
{
    if (m_pid > 0)
        ::kill(m_pid, SIGTERM);
}

void TrialProcess::kill()
{
    if (m_pid > 0)
        ::kill(m_pid, SIGKILL);
}

std::string TrialProcess::wait()
{
    if (m_pid <= 0)
        return {};
    int status = 0;
    pid_t ended = 0;
    do
        ended = ::waitpid(m_pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    m_pid = -1;
    if (ended < 0)
        return "was lost";
    if (WIFSIGNALED(status))
        return "was killed by signal " + std::to_string(WTERMSIG(status));
    if (WEXITSTATUS(status) == 127)
        return "could not be started";
    return WEXITSTATUS(status) == 0 ? std::string() : "ended with status " + std::to_string(WEXITSTATUS(status));
}

}
