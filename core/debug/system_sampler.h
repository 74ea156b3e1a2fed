// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/profile.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace core::debug {

/// Looks at the machine every so often, by a thread of its own.
class SystemSampler {
public:
    explicit SystemSampler(double intervalSeconds);
    ~SystemSampler();

    /// From the next look on.
    void setInterval(double seconds);
    /// Looks once more and no more after that.
    void finish();
    /// What was seen since the last call, oldest first. Their steps are the caller's to set.
    std::vector<events::SystemSample> take();

private:
    void loop(const std::stop_token& stop);

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    double m_interval;
    std::vector<events::SystemSample> m_seen;
    std::jthread m_thread; ///< last: joined before what it uses goes
};

}
