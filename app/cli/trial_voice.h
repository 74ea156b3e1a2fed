// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/value.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace app::cli {

/// What is told of one trial, and whether it is to end. From several threads.
class Voice {
public:
    static constexpr auto lookAfter = std::chrono::milliseconds(5); ///< whether a trial is to end

    /// `trial`: its number, where a process tells of several.
    explicit Voice(std::optional<std::int64_t> trial = {}) : m_trial(trial) {}

    /// A value may wait for the next ones, up to lookAfter; anything else goes at once, after what waits.
    void tell(core::base::Object line) const;
    /// What waits to be told goes now.
    void flush() const;
    void askToEnd();
    bool mustEnd() const;
    /// What ends it at once: a small network would be through before somebody looked again.
    void endBy(std::function<void()> end) const;

private:
    std::optional<std::int64_t> m_trial;
    mutable std::string m_text; ///< whole lines that wait
    mutable double m_told = 0;
    mutable std::mutex m_mutex; ///< of m_end
    mutable std::function<void()> m_end;
    std::atomic<bool> m_asked = false;

    void writeOut() const;
};

/// From now on voices tell at the end of this file instead of file 3. False if this worker is not wanted any more.
core::base::Result<bool> tellTo(const std::string& file);
/// What was told into a file lasts: the machine may be another's soon.
void syncTold();

/// From now on SIGTERM asks all that is trained here to end. Whoever started this held it until now.
void letEndBeAsked();
bool isEndAsked();

}
