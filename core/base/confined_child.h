// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace core::base {

/// Held while a library works that a fork in its middle would break, so that a child may use it.
std::mutex& forkMutex();

/// What a process that reads untrusted bytes may take.
struct ChildLimits {
    std::uint64_t memory = std::uint64_t(1) << 30; ///< bytes more than it begins with
    std::uint64_t cpuSeconds = 60;
    int silenceMilliseconds = 60'000;               ///< so long may nothing come before it counts as stuck
    std::uint64_t message = std::uint64_t(1) << 28; ///< the longest message that is taken from it
};

/// Runs work in a process of its own that begins as a copy of this one, and takes messages from it. `prepare` runs
/// first and may open files. Then every descriptor but the pipe is closed, memory, time and file sizes are bounded, and
/// the kernel is asked to refuse it everything but computing and the pipe (no_new_privs, Landlock where there is,
/// seccomp): no file, no program, no network, no executable memory. Only then comes `work`. The child dies with its
/// parent and with this object.
class ConfinedChild {
public:
    using Send = std::function<void(std::string_view)>;
    ConfinedChild(const ChildLimits& limits, const std::function<void()>& prepare,
                  const std::function<void(const Send&)>& work);
    ~ConfinedChild();
    ConfinedChild(const ConfinedChild&) = delete;
    ConfinedChild& operator=(const ConfinedChild&) = delete;

    bool started() const { return m_pid > 0; }
    enum class Got { Message, End, Death };
    /// The next message. End: the work is done; Death: the child crashed, broke a rule or is stuck.
    Got receive(std::string& message);
    /// Whether the kernel has seccomp, which is told before the first message.
    bool confined() const { return m_confined; }

private:
    ChildLimits m_limits;
    int m_pid = -1, m_pipe = -1;
    bool m_confined = false;

    bool receive(char* bytes, std::size_t size);
};

}
