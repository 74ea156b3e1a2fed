// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/child.h"

#include "core/base/clock.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace core::debug {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

constexpr std::size_t mostSaid = 4096;

struct Pipe {
    int read = -1, write = -1;

    bool open()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        read = ends[0];
        write = ends[1];
        return true;
    }
    /// Writing to a child that has closed its end is an error then, not a signal that ends this program.
    bool openSocket()
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return false;
        read = ends[0];
        write = ends[1];
        return true;
    }
    static void close(int& end)
    {
        if (end >= 0)
            ::close(std::exchange(end, -1));
    }
    ~Pipe()
    {
        close(read);
        close(write);
    }
};

std::vector<std::string> environmentWith(const std::vector<std::pair<std::string, std::string>>& more)
{
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry)
        all.emplace_back(*entry);
    for (const auto& [name, value] : more)
        all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// Writes the input and reads what is said until the child closes its end, or the time is over.
std::string talk(Pipe& in, Pipe& out, const std::string& input, double until)
{
    std::string said;
    std::size_t written = 0;
    char buffer[1024];
    ::fcntl(in.write, F_SETFL, O_NONBLOCK);
    while (base::steadySeconds() < until) {
        if (written == input.size())
            Pipe::close(in.write);
        pollfd ends[2] = {{out.read, POLLIN, 0}, {in.write, POLLOUT, 0}};
        if (::poll(ends, in.write >= 0 ? 2 : 1, 50) <= 0)
            continue;
        if (in.write >= 0 && ends[1].revents) {
            const ssize_t count = ::send(in.write, input.data() + written, input.size() - written, MSG_NOSIGNAL);
            if (count >= 0)
                written += std::size_t(count);
            else if (errno != EAGAIN && errno != EINTR)
                written = input.size();
        }
        if (ends[0].revents) {
            const ssize_t count = ::read(out.read, buffer, sizeof buffer);
            if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
                return said;
            if (count > 0)
                said.append(buffer, std::size_t(count));
            if (said.size() > mostSaid)
                said.erase(0, said.size() - mostSaid);
        }
    }
    return said;
}

// Waits for the end, and makes one when the time is over.
int endOf(pid_t child, double until)
{
    int status = 0;
    for (;;) {
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR))
            return status;
        if (base::steadySeconds() >= until) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
            return -1;
        }
        ::poll(nullptr, 0, 10);
    }
}

}

Status runChild(const std::vector<std::string>& command, const std::string& input, double seconds,
                const std::vector<std::pair<std::string, std::string>>& environment)
{
    const Error cannot{ErrorKind::Resource, "\"" + command.front() + "\" could not be started", {}, "Is it installed?"};
    Pipe in, out;
    if (!in.openSocket() || !out.open())
        return cannot;
    std::vector<std::string> words = command, settings = environmentWith(environment);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out.write, STDERR_FILENO);
    pid_t child = -1;
    const int failed = ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr, pointers(words).data(),
                                      pointers(settings).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return cannot;
    Pipe::close(in.read);
    Pipe::close(out.write);
    const double until = base::steadySeconds() + seconds;
    std::string said = talk(in, out, input, until);
    const int status = endOf(child, until);
    if (status == 0)
        return {};
    while (!said.empty() && said.back() == '\n')
        said.pop_back();
    const std::string how = status == -1 ? "took longer than " + std::to_string(int(seconds)) + " s" : "failed";
    return Error{ErrorKind::Resource, "\"" + command.front() + "\" " + how + (said.empty() ? "" : ": " + said), {}, {}};
}

std::string curlOption(const std::string& name, const std::string& value)
{
    std::string quoted;
    for (const char c : value)
        switch (c) {
        case '\\':
            quoted += "\\\\";
            break;
        case '"':
            quoted += "\\\"";
            break;
        case '\n':
            quoted += "\\n";
            break;
        case '\r':
            quoted += "\\r";
            break;
        case '\t':
            quoted += "\\t";
            break;
        default:
            quoted += c;
        }
    return name + " = \"" + quoted + "\"\n";
}

Status runCurl(const std::string& options)
{
    // First, or the user's own configuration file would have its say.
    return runChild({"curl", "-q", "--silent", "--show-error", "--fail", "--max-time", "15", "--config", "-"}, options,
                    20);
}

std::string setting(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

}
