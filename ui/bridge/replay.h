// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <limits>
#include <map>

namespace ui::models {
class RunModel;
}

namespace ui::bridge {

/// Shows a run again at a pace of its own: what stands in `source` up to a step goes into `target`. The source may
/// still be training; the replay then waits for it where it has not come yet. Both must outlive the replay.
class Replay final : public QObject {
    Q_OBJECT

public:
    Replay(const models::RunModel& source, models::RunModel& target, QObject* parent = nullptr);

    /// Optimizer steps a second.
    void setPace(double stepsPerSecond) { m_pace = stepsPerSecond; }
    /// `speed` times the average pace of the run itself.
    void setSpeed(double speed);
    /// Playing stops there; infinity: with the run.
    void setLimit(double step);
    void play();
    void pause();
    bool playing() const { return m_timer.isActive(); }
    double position() const { return m_position; }
    /// Shows the run as it stood after `step` steps, forward or back.
    void moveTo(double step);
    /// The step up to which the source is there.
    double available() const;

Q_SIGNALS:
    void moved();
    /// The limit was reached, or the run's end.
    void ended();

private:
    void open();
    void tick();
    void feed(double step);

    const models::RunModel& m_source;
    models::RunModel& m_target;
    QTimer m_timer;
    QElapsedTimer m_clock;
    double m_pace = 100, m_position = 0, m_limit = std::numeric_limits<double>::infinity();
    std::map<QString, std::pair<std::uint16_t, std::size_t>> m_cursors; ///< group in the target, points given so far
    std::map<int, std::size_t> m_events;                                ///< events given so far, by kind
    bool m_finished = false;
};

}
