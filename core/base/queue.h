// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace core::base {

/// The one way by which values cross threads: bounded, many writers, one reader.
template <class T>
class Queue {
public:
    explicit Queue(std::size_t capacity = 4096) : m_capacity(capacity) {}

    /// False, and nothing kept, if the queue is full.
    bool tryPush(T value)
    {
        {
            std::lock_guard lock(m_mutex);
            if (m_closed || m_items.size() >= m_capacity)
                return false;
            m_items.push_back(std::move(value));
        }
        m_changed.notify_one();
        return true;
    }

    /// Waits for room; false if the queue was closed.
    bool push(T value)
    {
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [&] { return m_closed || m_items.size() < m_capacity; });
            if (m_closed)
                return false;
            m_items.push_back(std::move(value));
        }
        m_changed.notify_all();
        return true;
    }

    /// Kept whatever the capacity: for what may never be lost.
    void pushAlways(T value)
    {
        {
            std::lock_guard lock(m_mutex);
            m_items.push_back(std::move(value));
        }
        m_changed.notify_all();
    }

    /// Waits up to `timeout` for the next value; nothing when it passes, or when closed and empty.
    std::optional<T> pop(std::chrono::milliseconds timeout)
    {
        std::optional<T> value;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait_for(lock, timeout, [&] { return m_closed || !m_items.empty(); });
            if (m_items.empty())
                return value;
            value = std::move(m_items.front());
            m_items.pop_front();
        }
        m_changed.notify_all();
        return value;
    }

    /// Everything that is there now.
    std::vector<T> drain()
    {
        std::vector<T> all;
        {
            std::lock_guard lock(m_mutex);
            all.assign(std::make_move_iterator(m_items.begin()), std::make_move_iterator(m_items.end()));
            m_items.clear();
        }
        m_changed.notify_all();
        return all;
    }

    void close()
    {
        {
            std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_changed.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<T> m_items;
    std::size_t m_capacity;
    bool m_closed = false;
};

}
