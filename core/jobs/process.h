// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace core::jobs {

/// How a worker is started.
struct Launch {
    std::vector<std::string> command;                             ///< a program, by path or as PATH has it; arguments
    std::vector<std::pair<std::string, std::string>> environment; ///< added to this process's
    std::filesystem::path folder;                                 ///< it works in; empty: this process's
    std::filesystem::path log;                                    ///< its words go to the end of it
    std::filesystem::path output;                                 ///< its standard output, written anew; empty: the log
};

/// How a worker ended.
struct WorkerEnd {
    int status = 0; ///< exit status, if no signal ended it
    int signal = 0;

    bool well() const { return status == 0 && signal == 0; }
    std::string inWords() const; ///< `ended with status 3`, `was killed by signal 9`
};

/// A worker: a process of this one with a process group of its own. It is killed when this object or this process ends;
/// whatever it has started, in its group or in a session of its own, ends with it.
class WorkerProcess {
public:
    /// An error of kind Spec if there is no such program.
    static base::Result<WorkerProcess> start(const Launch& launch);
    WorkerProcess(WorkerProcess&& other) noexcept;
    WorkerProcess& operator=(WorkerProcess&& other) noexcept;
    ~WorkerProcess();

    int pid() const { return m_pid; }
    /// How it ended, once it has; never waits.
    const std::optional<WorkerEnd>& ended();
    /// Whether it has stopped itself (SIGSTOP), so that something may be done at that very point.
    bool halted() const { return m_halted; }
    /// Lets one that has stopped itself go on.
    void goOn();
    /// The notice: SIGTERM to its group.
    void notify();
    void kill(); ///< SIGKILL to its group

private:
    WorkerProcess() = default;
    base::Status guard();
    void letGuardianGo();

    int m_pid = -1;
    std::string m_mark;                   ///< see descendants.h
    int m_guardian = -1, m_lifeline = -1; ///< a process that ends the worker if this one dies; what it waits at
    bool m_halted = false;
    std::optional<WorkerEnd> m_end;
};

}
