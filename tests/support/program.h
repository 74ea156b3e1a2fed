// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <csignal>
#include <functional>
#include <string>
#include <vector>

namespace tests {

/// What a program left behind.
struct Ended {
    int status = -1; ///< exit status, or 128 + signal
    std::string out, err;

    core::base::Value json() const;
};

/// A program that is going; killed with the object.
class Running {
public:
    explicit Running(const std::vector<std::string>& command);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running();

    void signal(int number) const;
    bool going();
    /// Waits for the end, `seconds` at most; then it is killed and the status is -1.
    Ended wait(double seconds = 120);
    int pid() const { return m_pid; }
    /// What it has written to standard error so far.
    std::string errorsSoFar() const;

private:
    int m_pid = -1;
    int m_status = -1;
    std::string m_out, m_err;
};

/// `descent-cli` with arguments, run to its end.
Ended cli(const std::vector<std::string>& arguments, double seconds = 120);
/// The same, left going.
std::vector<std::string> cliCommand(const std::vector<std::string>& arguments);
/// Looks every few milliseconds until `condition` holds; false after `seconds`.
bool until(const std::function<bool()>& condition, double seconds = 60);
/// A Python that has h5py and numpy; empty if there is none.
std::string python();

}
