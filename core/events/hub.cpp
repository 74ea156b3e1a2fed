// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/hub.h"

#include <utility>

namespace core::events {

namespace {

constexpr std::string_view stateNames[] = {"preparing", "running",       "paused",      "completed",
                                           "stopped",   "early_stopped", "interrupted", "failed"};

}

std::string_view name(RunState state)
{
    return stateNames[std::size_t(state)];
}

bool stateOf(std::string_view name, RunState& state)
{
    for (std::size_t i = 0; i < std::size(stateNames); ++i)
        if (stateNames[i] == name) {
            state = RunState(i);
            return true;
        }
    return false;
}

EventHub::Subscription& EventHub::Subscription::operator=(Subscription&& other) noexcept
{
    reset();
    m_hub = std::exchange(other.m_hub, nullptr);
    m_sink = std::exchange(other.m_sink, nullptr);
    return *this;
}

void EventHub::Subscription::reset()
{
    if (EventHub* hub = std::exchange(m_hub, nullptr)) {
        std::lock_guard lock(hub->m_mutex);
        std::erase(hub->m_sinks, m_sink);
    }
}

EventHub::Subscription EventHub::subscribe(EventSink& sink)
{
    std::lock_guard lock(m_mutex);
    m_sinks.push_back(&sink);
    return {this, &sink};
}

void EventHub::publish(const ScalarRow& row)
{
    std::lock_guard lock(m_mutex);
    for (EventSink* sink : m_sinks)
        sink->onScalars(row);
}

void EventHub::publish(const Event& event)
{
    std::lock_guard lock(m_mutex);
    for (EventSink* sink : m_sinks)
        sink->onEvent(event);
}

}
