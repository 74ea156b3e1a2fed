// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

#include <filesystem>
#include <string>

namespace core::store {

/// What happened, in one line for a person: `2026-03-01T12:00:00Z step 1500: best validation/accuracy 0.9113`;
/// empty for what the curves and frames tell. `time`: seconds since the epoch.
std::string logLine(const events::Event& event, double time);

/// `run.log`: a run's events to be read without this program. The journal is the truth; what cannot be written here now
/// is tried again with the next lines, and nothing waits for it.
class RunLog {
public:
    explicit RunLog(std::filesystem::path file) : m_file(std::move(file)) {}

    void add(const events::Event& event, double time);
    void addRewind(std::int64_t step, double time);
    /// Appends what waits.
    void write();

private:
    std::filesystem::path m_file;
    std::string m_waiting;
};

}
