// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/queue.h"

#include <QObject>

#include <functional>
#include <thread>

namespace ui::bridge {

/// A thread for what would block the window: reading runs, taking one up again, waiting for an end. Jobs run one after
/// the other; what a job returns runs on the window's thread.
class Worker {
public:
    using Answer = std::function<void()>;
    using Job = std::function<Answer()>;

    /// Answers run on the thread of `home`, which must outlive the worker.
    explicit Worker(QObject& home)
        : m_thread([this, &home](std::stop_token stop) {
              while (!stop.stop_requested())
                  if (std::optional<Job> job = m_jobs.pop(std::chrono::milliseconds(1000)))
                      if (Answer answer = (*job)())
                          QMetaObject::invokeMethod(&home, std::move(answer), Qt::QueuedConnection);
          })
    {
    }

    /// Waits for the job that runs; those that have not begun are dropped.
    ~Worker()
    {
        m_thread.request_stop();
        m_jobs.close();
    }

    void run(Job job) { m_jobs.pushAlways(std::move(job)); }

private:
    core::base::Queue<Job> m_jobs;
    std::jthread m_thread;
};

}
