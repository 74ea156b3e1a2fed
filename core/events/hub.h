// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

#include <memory>
#include <mutex>

namespace core::events {

/// Watches a run. Called on the training thread: take the value and return at once.
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

    [[nodiscard]] Subscription subscribe(EventSink& sink);
    void publish(const ScalarRow& row);
    void publish(const Event& event);

private:
    std::mutex m_mutex;
    std::vector<EventSink*> m_sinks;
};

}
