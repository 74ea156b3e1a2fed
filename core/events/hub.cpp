// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/hub.h"

#include "core/base/thread_name.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <utility>
#include <variant>

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

void EventHub::deliver(const ScalarRow& row)
{
    std::lock_guard lock(m_mutex);
    for (EventSink* sink : m_sinks)
        sink->onScalars(row);
}

void EventHub::deliver(const Event& event)
{
    std::lock_guard lock(m_mutex);
    for (EventSink* sink : m_sinks)
        sink->onEvent(event);
}

namespace {

constexpr std::size_t mostPutOff = 32, mostPutOffBytes = 64 << 20;
/// Between two looks at what was put off: whoever puts it off wakes nobody, which would cost him more than most work.
/// They become rarer where they find nothing: each takes a moment from whoever trains on that processor.
constexpr std::chrono::milliseconds lagPace{1}, rarestLook{16};
constexpr int looksInVain = 17; ///< until the thread sleeps

}

class EventHub::Lag {
public:
    using Work = std::function<void(const Tell&)>;

    explicit Lag(EventHub& hub) : m_hub(hub) {}

    /// Whether `what` was taken, to be told behind what was put off.
    template <class What>
    bool take(const What& what)
    {
        if (!m_lagging.load(std::memory_order_acquire))
            return false;
        const std::lock_guard lock(m_mutex);
        if (!m_lagging.load(std::memory_order_relaxed))
            return false;
        m_waiting.emplace_back(std::in_place_type<What>, what);
        return true;
    }

    void put(Work work, std::size_t bytes)
    {
        std::unique_lock lock(m_mutex);
        if (!m_thread.joinable())
            m_thread = std::jthread([this](const std::stop_token& stop) { loop(stop); });
        const auto full = [&] { return m_works > 0 && (m_works >= mostPutOff || m_bytes + bytes > mostPutOffBytes); };
        if (full())
            hurry(lock, [&] { return !full(); });
        ++m_works;
        m_bytes += bytes;
        m_waiting.emplace_back(std::in_place_type<PutOff>, std::move(work), bytes);
        m_lagging.store(true, std::memory_order_release);
        if (m_asleep)
            m_wake.notify_one();
    }

    void settle()
    {
        std::unique_lock lock(m_mutex);
        if (m_lagging)
            hurry(lock, [this] { return !m_lagging; });
    }

private:
    struct PutOff {
        Work work;
        std::size_t bytes = 0;
    };
    using Waiting = std::variant<ScalarRow, Event, PutOff>;

    EventHub& m_hub;
    std::mutex m_mutex; ///< of what follows
    std::condition_variable_any m_wake, m_done;
    std::vector<Waiting> m_waiting;
    std::size_t m_works = 0, m_bytes = 0;
    int m_hurried = 0; ///< who waits
    bool m_asleep = false;
    std::atomic<bool> m_lagging = false; ///< something was put off that is not told yet; set under the lock
    std::jthread m_thread;

    template <class Until>
    void hurry(std::unique_lock<std::mutex>& lock, const Until& until)
    {
        ++m_hurried;
        m_wake.notify_one();
        m_done.wait(lock, until);
        --m_hurried;
    }

    void loop(const std::stop_token& stop)
    {
        base::nameBackgroundThread("statistics");
        std::vector<Waiting> taken;
        int vain = 0;
        std::unique_lock lock(m_mutex);
        while (!stop.stop_requested()) {
            if (m_waiting.empty()) {
                if (m_lagging.exchange(false))
                    m_done.notify_all();
                m_asleep = ++vain > looksInVain;
                const auto woken = [this] { return !m_waiting.empty() && (m_asleep || m_hurried > 0); };
                if (m_asleep)
                    m_wake.wait(lock, stop, woken);
                else
                    m_wake.wait_for(lock, stop, std::min(lagPace * (1 << std::min(vain - 1, 10)), rarestLook), woken);
                continue;
            }
            vain = 0;
            m_asleep = false;
            taken.swap(m_waiting);
            lock.unlock();
            std::size_t works = 0, bytes = 0;
            for (Waiting& each : taken) {
                if (PutOff* putOff = std::get_if<PutOff>(&each)) {
                    putOff->work([this](const Event& event) { m_hub.deliver(event); });
                    ++works;
                    bytes += putOff->bytes;
                } else if (const ScalarRow* row = std::get_if<ScalarRow>(&each)) {
                    m_hub.deliver(*row);
                } else {
                    m_hub.deliver(std::get<Event>(each));
                }
            }
            taken.clear();
            lock.lock();
            m_works -= works;
            m_bytes -= bytes;
            if (m_hurried > 0)
                m_done.notify_all();
        }
    }
};

EventHub::EventHub() : m_lag(std::make_unique<Lag>(*this)) {}
EventHub::~EventHub() = default;

template <class What>
void EventHub::hand(const What& what)
{
    if (!m_lag->take(what))
        deliver(what);
}

void EventHub::publish(const ScalarRow& row)
{
    hand(row);
}

void EventHub::publish(const Event& event)
{
    hand(event);
}

void EventHub::later(std::function<void(const Tell&)> work, std::size_t bytes)
{
    m_lag->put(std::move(work), bytes);
}

void EventHub::settle()
{
    m_lag->settle();
}

}
