// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/worker.h"

#include <QTimer>

#include <atomic>
#include <memory>

namespace ui::bridge {

/// Computes what a page shows ahead of a training, in a thread of its own: the latest request wins, those that it
/// overtakes are not begun or not shown.
class Preview final : public QObject {
    Q_OBJECT

public:
    static constexpr int patienceMs = 300;

    explicit Preview(QObject* parent = nullptr);
    ~Preview() override;

    /// `compute` runs in the thread and must hold all it needs by value; `show` gets its result here.
    template <class Compute, class Show>
    void ask(Compute compute, Show show)
    {
        const quint64 number = begin();
        m_worker.run([this, latest = m_latest, number, compute = std::move(compute),
                      show = std::move(show)]() mutable -> Worker::Answer {
            if (*latest != number)
                return {};
            auto result = std::make_shared<decltype(compute())>(compute());
            return [this, number, result, show = std::move(show)]() mutable {
                if (end(number))
                    show(std::move(*result));
            };
        });
    }
    /// Whether an answer is still to come.
    bool busy() const { return m_running; }

Q_SIGNALS:
    /// True once a request has taken longer than a person waits without wondering; false when its answer is there.
    void slow(bool slow);

private:
    quint64 begin();
    bool end(quint64 number);

    std::shared_ptr<std::atomic<quint64>> m_latest = std::make_shared<std::atomic<quint64>>(0);
    QTimer m_patience;
    bool m_running = false, m_slow = false;
    Worker m_worker;
};

}
