// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <filesystem>
#include <vector>

namespace core::session {

/// A process that trains one trial and tells of it, line by line as JSON: `{"run": folder}`, `{"step": 3, "value":
/// 0.81}`, at its end `{"ended": "completed", "metrics": {…}}`.
class TrialProcess {
public:
    /// `command` is run with a pipe as file 3; what it writes to standard output and error goes to the end of `log`. It
    /// is asked to end (SIGTERM) when this process dies.
    static base::Result<TrialProcess> start(const std::vector<std::string>& command, const std::filesystem::path& log);
    TrialProcess(TrialProcess&& other) noexcept;
    TrialProcess& operator=(TrialProcess&& other) noexcept;
    ~TrialProcess(); ///< kills it, if it still runs

    int handle() const { return m_pipe; }
    /// What it has told since it was last asked; never waits. Lines that are no objects are left out.
    std::vector<base::Object> told();
    /// Whether it has closed the pipe: it has ended, or is about to.
    bool closed() const { return m_closed; }
    /// Asks it to end, with a checkpoint.
    void askToEnd();
    void kill();
    /// Waits for its end: `ended with status 3`, `was killed by signal 9`; empty if all went well.
    std::string wait();

private:
    TrialProcess() = default;

    int m_pid = -1, m_pipe = -1;
    bool m_closed = false;
    std::string m_text;
};

}
