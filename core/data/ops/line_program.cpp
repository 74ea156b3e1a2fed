// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/line_program.h"

#include "core/base/clock.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace core::data {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t longestAnswer = 1 << 20;

}

LineProgram::LineProgram(std::vector<std::string> arguments, double timeoutSeconds)
    : m_arguments(std::move(arguments)),
      m_timeout(timeoutSeconds)
{
}

LineProgram::~LineProgram()
{
    end();
}

Error LineProgram::failure(const std::string& what)
{
    return {ErrorKind::Run, "\"" + m_arguments.front() + "\" " + what, "",
            "It must answer each line on its standard input with one line on its standard output, and flush it"};
}

base::Status LineProgram::start()
{
    // One socket for both ways: written to with MSG_NOSIGNAL, so that a program that has ended ends nobody else.
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{ErrorKind::Resource, std::string("no socket: ") + std::strerror(errno), m_arguments.front(), {}};
    std::vector<char*> arguments;
    for (std::string& argument : m_arguments)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t process = -1;
    const int problem = ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (problem != 0) {
        ::close(ends[0]);
        return Error{ErrorKind::Spec, "\"" + m_arguments.front() + "\" cannot be started: " + std::strerror(problem),
                     "", "Name a program on the search path, or by its full path, each argument an item of its own"};
    }
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    m_socket = ends[0];
    m_process = process;
    return {};
}

void LineProgram::end()
{
    if (m_process < 0)
        return;
    ::close(m_socket);
    ::kill(m_process, SIGKILL);
    while (::waitpid(m_process, nullptr, 0) < 0 && errno == EINTR) {
    }
    m_process = m_socket = -1;
    m_received.clear();
}

base::Result<std::string> LineProgram::exchange(const std::string& line)
{
    const double until = base::steadySeconds() + m_timeout;
    std::size_t sent = 0;
    while (true) {
        if (const std::size_t end = m_received.find('\n'); end != std::string::npos && sent == line.size()) {
            std::string answer = m_received.substr(0, end);
            m_received.erase(0, end + 1);
            if (!answer.empty() && answer.back() == '\r')
                answer.pop_back();
            return answer;
        }
        if (m_received.size() > longestAnswer)
            return failure("answers without an end of line");
        const double left = until - base::steadySeconds();
        if (left <= 0)
            return failure("has not answered within " + std::to_string(std::int64_t(m_timeout)) + " s");
        pollfd ready{m_socket, short(POLLIN | (sent < line.size() ? POLLOUT : 0)), 0};
        if (::poll(&ready, 1, int(std::min(left, 1000.0) * 1000) + 1) < 0 && errno != EINTR)
            return failure(std::string("cannot be waited for: ") + std::strerror(errno));
        if (ready.revents & POLLOUT)
            if (const ssize_t n = ::send(m_socket, line.data() + sent, line.size() - sent, MSG_NOSIGNAL); n > 0)
                sent += std::size_t(n);
        if (ready.revents & (POLLIN | POLLHUP | POLLERR)) {
            char buffer[4096];
            const ssize_t n = ::recv(m_socket, buffer, sizeof buffer, 0);
            if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
                return failure("has ended without an answer");
            if (n > 0)
                m_received.append(buffer, std::size_t(n));
        }
    }
}

base::Result<std::string> LineProgram::ask(std::string line)
{
    if (m_process < 0)
        CORE_CHECK(start());
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
    line += '\n';
    auto answer = exchange(line);
    if (!answer)
        end();
    return answer;
}

}
