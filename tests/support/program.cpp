// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"

#include "core/base/clock.h"
#include "core/base/files.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tests {

namespace {

std::string temporaryFile()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "descent-out-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    if (descriptor >= 0)
        ::close(descriptor);
    return pattern;
}

std::string take(const std::string& file)
{
    const auto text = core::base::readFile(file);
    return text ? *text : std::string();
}

int statusOf(int raw)
{
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

}

core::base::Value Ended::json() const
{
    const auto value = core::base::parseJson(out);
    return value ? *value : core::base::Value{};
}

Running::Running(const std::vector<std::string>& command) : m_out(temporaryFile()), m_err(temporaryFile())
{
    m_pid = ::fork();
    if (m_pid != 0)
        return;
    ::dup2(::open(m_out.c_str(), O_WRONLY | O_TRUNC), STDOUT_FILENO);
    ::dup2(::open(m_err.c_str(), O_WRONLY | O_TRUNC), STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& part : command)
        arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

Running::~Running()
{
    if (going()) {
        signal(SIGKILL);
        ::waitpid(m_pid, &m_status, 0);
    }
    std::error_code ignored;
    std::filesystem::remove(m_out, ignored);
    std::filesystem::remove(m_err, ignored);
}

void Running::signal(int number) const
{
    if (m_pid > 0)
        ::kill(m_pid, number);
}

bool Running::going()
{
    if (m_pid <= 0)
        return false;
    if (::waitpid(m_pid, &m_status, WNOHANG) == 0)
        return true;
    m_pid = -1;
    return false;
}

std::string Running::errorsSoFar() const
{
    return take(m_err);
}

Ended Running::wait(double seconds)
{
    const bool ended = until([&] { return !going(); }, seconds);
    if (!ended) {
        signal(SIGKILL);
        ::waitpid(m_pid, &m_status, 0);
        m_pid = -1;
    }
    return {ended ? statusOf(m_status) : -1, take(m_out), take(m_err)};
}

std::vector<std::string> cliCommand(const std::vector<std::string>& arguments)
{
    const char* folder = std::getenv("DESCENT_BIN");
    std::vector<std::string> command{(folder ? std::string(folder) : std::string(DESCENT_BINARY_DIR "/bin")) +
                                     "/descent-cli"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

Ended cli(const std::vector<std::string>& arguments, double seconds)
{
    return Running(cliCommand(arguments)).wait(seconds);
}

bool until(const std::function<bool()>& condition, double seconds)
{
    const double end = core::base::steadySeconds() + seconds;
    while (!condition()) {
        if (core::base::steadySeconds() > end)
            return false;
        ::poll(nullptr, 0, 3);
    }
    return true;
}

std::string python()
{
    const char* path = std::getenv("DESCENT_TEST_PYTHONPATH");
    if (path && std::filesystem::exists(path))
        ::setenv("PYTHONPATH", path, 1);
    const char* name = std::getenv("DESCENT_TEST_PYTHON");
    const std::string command = name ? name : "python3";
    return std::system((command + " -c 'import h5py, numpy' >/dev/null 2>&1").c_str()) == 0 ? command : std::string();
}

}
