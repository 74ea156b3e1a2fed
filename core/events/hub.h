// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

#include <functional>
#include <memory>
#include <mutex>

namespace core::events {

/// Watches a run. Called on the training thread, or on the one that does what was put off: never by two at once. Take
/// the value and return at once.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// The hot path: every step.
    virtual void onScalars(const ScalarRow& row) = 0;
    virtual void onEvent(const Event& event) = 0;
};

/// Hands what happens to those who watch. Sinks may come and go while a run is going.
class EventHub {
public:
    /// Watching ends when the handle is destroyed; after that the sink is not called any more.
    class Subscription {
    public:
        Subscription() = default;
        Subscription(EventHub* hub, EventSink* sink) : m_hub(hub), m_sink(sink) {}
        Subscription(Subscription&& other) noexcept { *this = std::move(other); }
        Subscription& operator=(Subscription&& other) noexcept;
        ~Subscription() { reset(); }
        void reset();

    private:
        EventHub* m_hub = nullptr;
        EventSink* m_sink = nullptr;
    };

    EventHub();
    ~EventHub(); ///< what is still put off is not done

    [[nodiscard]] Subscription subscribe(EventSink& sink);
    void publish(const ScalarRow& row);
    void publish(const Event& event);

    /// How work that was put off tells what it found.
    using Tell = std::function<void(const Event&)>;
    /// Puts off work that takes its time: another thread does it a moment later, and whatever is published after this
    /// call waits behind it, so that sinks see the same order as if it had been done here. Waits itself where so much
    /// is put off already that it would hold much memory; `bytes` is what this work holds. The work must not throw.
    void later(std::function<void(const Tell&)> work, std::size_t bytes);
    /// Returns when everything that was put off is done and told. Not to be called by a sink.
    void settle();

private:
    class Lag;
    template <class What>
    void hand(const What& what);
    void deliver(const ScalarRow& row);
    void deliver(const Event& event);

    std::mutex m_mutex;
    std::vector<EventSink*> m_sinks;
    std::unique_ptr<Lag> m_lag; ///< last: its thread ends before what it uses goes
};

}
