// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/cure.h"
#include "ui/models/run_model.h"

#include <QObject>

#include <memory>
#include <optional>
#include <thread>

namespace ui::bridge {

class SessionBridge;
class Workbench;

/// Tries a fix: branches of a run train in a thread of their own, whatever page is looked at and whether the run itself
/// goes on or not; then both futures are judged. One at a time.
class CureDesk final : public QObject {
    Q_OBJECT

public:
    struct Fix {
        QString rule, label; ///< `VanishingGradient`, `use relu`
        std::vector<std::pair<std::string, core::base::Value>> changes;
    };

    explicit CureDesk(Workbench& bench, QObject* parent = nullptr);
    ~CureDesk() override;

    /// From the newest keyframe at or before `step` of the run in that folder.
    void begin(const QString& run, Fix fix, qint64 step);
    /// The same again with `seeds` branches, for the spread.
    void repeat(int seeds);
    void cancel();
    /// Forgets the trial; `remove`: its branches are deleted.
    void discard(bool remove);

    bool going() const { return m_going; }
    /// nullptr before the first trial.
    const Fix* fix() const { return m_fix ? &*m_fix : nullptr; }
    const QString& run() const { return m_run; }
    qint64 from() const { return m_from; }
    const std::optional<core::session::CureProgress>& progress() const { return m_progress; }
    /// The branches as they train, of every seed one.
    std::vector<const models::RunModel*> futures() const;
    const std::optional<core::session::Verdict>& verdict() const { return m_verdict; }
    const QString& problem() const { return m_problem; }

Q_SIGNALS:
    void changed();  ///< progress, state, verdict
    void advanced(); ///< a branch has new values

private:
    struct Future {
        std::unique_ptr<models::RunModel> model;
        std::shared_ptr<SessionBridge> bridge;
    };
    void start(qint64 step, int seeds);
    void take(quint64 number, core::base::Result<core::session::Cure> cure);
    void clear();

    Workbench& m_bench;
    QString m_run, m_problem;
    std::optional<Fix> m_fix;
    qint64 m_symptom = 0, m_from = 0;
    bool m_going = false;
    quint64 m_number = 0;
    std::optional<core::session::CureProgress> m_progress;
    std::optional<core::session::Verdict> m_verdict;
    std::vector<QString> m_branches; ///< folders
    std::shared_ptr<core::session::SweepControl> m_control;
    std::vector<Future> m_futures;
    std::jthread m_thread; ///< last: joined before anything it tells goes
};

}
