// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/sweep_set.h"

#include <QObject>

#include <memory>
#include <optional>
#include <thread>

namespace ui::bridge {

class Workbench;

/// Trains a set of runs in a thread of its own, whatever page is looked at. One set at a time; closing the window stops
/// it so that it can be gone on with.
class SweepDesk final : public QObject {
    Q_OBJECT

public:
    explicit SweepDesk(Workbench& bench, QObject* parent = nullptr);
    ~SweepDesk() override;

    /// Plans a set and trains it, or goes on with one that exists. Refused, with a reason in `problem`, while a
    /// run or another set trains.
    bool start(const std::string& kind, core::base::Value settings, core::base::Value resolved);
    bool goOn(const core::session::SweepSet& set);
    void pause();
    void proceed();
    /// What is there stays: the set can be gone on with.
    void cancel();

    bool going() const { return m_going; }
    bool paused() const { return m_going && m_control && m_control->paused; }
    bool stopping() const { return m_going && m_control && m_control->stopped; }
    const std::string& kind() const { return m_kind; }
    /// Of the set that trains or trained last; nullptr before it is planned.
    const std::shared_ptr<const core::session::SweepSet>& set() const { return m_set; }
    const std::optional<core::session::SweepProgress>& progress() const { return m_progress; }
    const QString& problem() const { return m_problem; }

Q_SIGNALS:
    void changed();    ///< progress, state
    void setChanged(); ///< a run has ended: the summary is another
    void ended();

private:
    using Set = std::shared_ptr<const core::session::SweepSet>;
    bool mayBegin();
    void run(std::function<core::base::Result<core::session::SweepSet>()> make);
    void take(quint64 number, std::optional<core::session::SweepProgress> progress, Set set);
    void end(quint64 number, const core::base::Status& status);
    void refuse(const core::base::Error& error);

    Workbench& m_bench;
    std::string m_kind;
    Set m_set;
    std::optional<core::session::SweepProgress> m_progress;
    QString m_problem;
    bool m_going = false;
    quint64 m_number = 0;
    std::shared_ptr<core::session::SweepControl> m_control;
    std::jthread m_thread; ///< last: joined before anything it tells goes
};

}
