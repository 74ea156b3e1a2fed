// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/system_sampler.h"

#include "core/base/clock.h"
#include "core/base/thread_name.h"
#include "core/debug/system_reader.h"

#include <utility>

namespace core::debug {

namespace {

constexpr std::size_t mostWaiting = 1000; // while nobody takes them
constexpr double shortest = 0.05;         // seconds: ticks are 10 ms

}

SystemSampler::SystemSampler(double intervalSeconds)
    : m_interval(intervalSeconds),
      m_thread([this](const std::stop_token& stop) { loop(stop); })
{
}

SystemSampler::~SystemSampler()
{
    finish();
}

void SystemSampler::setInterval(double seconds)
{
    {
        const std::lock_guard lock(m_mutex);
        m_interval = seconds;
    }
    m_changed.notify_all();
}

void SystemSampler::finish()
{
    m_thread.request_stop();
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

std::vector<events::SystemSample> SystemSampler::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_seen, {});
}

void SystemSampler::loop(const std::stop_token& stop)
{
    base::nameBackgroundThread("profiler");
    const Nvml gpus;
    SystemReader reader("/", &gpus);
    double next = base::steadySeconds(), looked = next;
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        const double interval = m_interval;
        lock.unlock();
        looked = base::steadySeconds();
        auto sample = reader.look(base::wallSeconds(), base::steadySeconds());
        lock.lock();
        if (sample && m_seen.size() < mostWaiting)
            m_seen.push_back(std::move(*sample));
        next = std::max(next + interval, base::steadySeconds());
        m_changed.wait_for(lock, stop, std::chrono::duration<double>(next - base::steadySeconds()),
                           [&] { return m_interval != interval; });
        if (m_interval != interval)
            next = base::steadySeconds();
    }
    // What is left since the last look, if it is long enough to say something.
    const double since = base::steadySeconds() - looked;
    lock.unlock();
    auto last = since >= shortest ? reader.look(base::wallSeconds(), base::steadySeconds()) : std::nullopt;
    lock.lock();
    if (last)
        m_seen.push_back(std::move(*last));
}

}
