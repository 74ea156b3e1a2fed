// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/command_run.h"

#include "core/base/clock.h"
#include "core/base/files.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace {

// Of what it said, enough to see what is wrong.
constexpr std::size_t mostErrors = 2000;

struct Pipe {
    int ends[2] = {-1, -1};
    bool open() { return ::pipe2(ends, O_CLOEXEC) == 0; }
    void close(int which)
    {
        if (ends[which] >= 0)
            ::close(std::exchange(ends[which], -1));
    }
    ~Pipe()
    {
        close(0);
        close(1);
    }
};

// Reads both to their ends; false if that takes too long.
bool readBoth(Pipe& out, Pipe& err, std::string& said, std::string& errors, double until)
{
    while (out.ends[0] >= 0 || err.ends[0] >= 0) {
        const double left = until - base::steadySeconds();
        if (left <= 0)
            return false;
        pollfd handles[2] = {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
        ::poll(handles, 2, int(std::min(left, 1.0) * 1000) + 1);
        for (int i = 0; i < 2; ++i) {
            if (handles[i].fd < 0 || handles[i].revents == 0)
                continue;
            char bytes[4096];
            const ssize_t count = ::read(handles[i].fd, bytes, sizeof bytes);
            if (count > 0)
                (i == 0 ? said : errors).append(bytes, std::size_t(count));
            else if (count == 0 || errno != EINTR)
                (i == 0 ? out : err).close(0);
        }
    }
    return true;
}

}

base::Result<std::string> runCommand(const std::vector<std::string>& command, double seconds)
{
    Pipe out, err;
    if (!out.open() || !err.open())
        return base::systemError("open a pipe to", command.front(), errno);
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::setpgid(0, 0); // Ctrl+C is not for it
        ::dup2(::open("/dev/null", O_RDONLY), 0);
        ::dup2(out.ends[1], 1);
        ::dup2(err.ends[1], 2);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    if (pid < 0)
        return base::systemError("start", command.front(), errno);
    out.close(1);
    err.close(1);
    std::string said, errors;
    const bool ended = readBoth(out, err, said, errors, base::steadySeconds() + seconds);
    if (!ended)
        ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended)
        return Error{ErrorKind::Resource, command.front() + " timed out", command.front(), {}};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return said;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return Error{ErrorKind::Resource, command.front() + " could not be started", command.front(), {}};
    while (!errors.empty() && errors.back() == '\n')
        errors.pop_back();
    return Error{ErrorKind::Run, command.front() + " failed: " + errors.substr(0, mostErrors), command.front(), {}};
}

bool hasCommand(const std::string& name)
{
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && ::access((folder + "/" + name).c_str(), X_OK) == 0)
            return true;
    return false;
}

}
