// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/queue.h"
#include "core/events/hub.h"

#include <QObject>
#include <QTimer>

#include <atomic>

namespace ui::models {
class RunModel;
}

namespace ui::bridge {

/// Carries what a training thread tells to a RunModel on the window's thread: values into a bounded queue, a timer, one
/// `take` a tick. If the window cannot keep up step scalars are dropped (they are in the run's file); evaluations,
/// findings and state changes never are.
class SessionBridge final : public QObject, public core::events::EventSink {
    Q_OBJECT

public:
    static constexpr int tickMs = 33;

    explicit SessionBridge(models::RunModel& model, std::size_t capacity = 1 << 15, QObject* parent = nullptr);

    void onScalars(const core::events::ScalarRow& row) override;
    void onEvent(const core::events::Event& event) override;

    void start() { m_timer.start(tickMs); }
    /// Hands over what has arrived; of several progress events only the last. False if there was nothing.
    bool deliver();
    /// Step scalars that were left out because the queue was full.
    std::int64_t dropped() const { return m_dropped; }

Q_SIGNALS:
    void delivered();

private:
    bool takesStatistics(std::int64_t step);

    models::RunModel& m_model;
    core::base::Queue<core::events::ScalarRow> m_rows;
    core::base::Queue<core::events::Event> m_events{0};
    /// Bit g: the scalars of group g come with every step and may be dropped.
    std::atomic<std::uint64_t> m_stepGroups{0};
    std::atomic<std::int64_t> m_dropped{0};
    double m_statisticsBegan = 0, m_nextStatistics = 0; ///< on the training's thread
    std::int64_t m_statisticsStep = -1;
    int m_statisticsTaken = 0;
    QTimer m_timer;
};

}
