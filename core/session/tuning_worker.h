// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning_executor.h"

#include <functional>

namespace core::session {

/// Settings of a process's environment, added to this one's.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// Takes whole lines out of `text` and leaves the rest; those that are no JSON objects are left out.
std::vector<base::Object> takeLines(std::string& text);

/// A worker that is a process of this one.
class TrialProcess final : public TrialWorker {
public:
    /// `command` is run with a pipe as file 3; what it writes to standard output and error goes to the end of `log`. It
    /// is asked to end (SIGTERM) when this process dies. `listens`: its standard input is for order(), else empty.
    /// `holdsTerm`: SIGTERM waits until the program lets it through, which it does when its handler stands.
    static base::Result<TrialProcess> start(const std::vector<std::string>& command, const std::filesystem::path& log,
                                            const Environment& environment = {}, bool listens = false,
                                            bool holdsTerm = false);
    /// As start() of a program that listens and holds SIGTERM, but that the child, named `name`, is a copy of this
    /// process, which has loaded its libraries already, and does `work`, whose value is its exit status. Only where
    /// base::isSingleThreaded(). Its memory is in small pages: such a child holds little.
    static base::Result<TrialProcess> copy(const std::function<int()>& work, const char* name,
                                           const std::filesystem::path& log, const Environment& environment);
    TrialProcess(TrialProcess&& other) noexcept;
    TrialProcess& operator=(TrialProcess&& other) noexcept;
    ~TrialProcess() override; ///< kills it, if it still runs

    int handle() const override { return m_pipe; }
    std::vector<base::Object> told() override;
    bool closed() const override { return m_closed; }
    /// A line for its standard input; false if it does not read it.
    bool order(const base::Object& line);
    void askToEnd() override;
    void kill() override;
    /// Waits for its end: `ended with status 3`, `was killed by signal 9`; empty if all went well.
    std::string wait() override;

private:
    TrialProcess() = default;
    static base::Result<TrialProcess> begin(const std::string& what, const std::filesystem::path& log, bool listens,
                                            bool holdsTerm, const std::function<void()>& become);

    int m_pid = -1, m_pipe = -1, m_orders = -1;
    bool m_closed = false;
    std::string m_text;
};

}
