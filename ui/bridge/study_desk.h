// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning.h"
#include "ui/bridge/preview.h"

#include <QObject>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace ui::bridge {

class Workbench;

/// The study in front: planned from the document's part `tuning`, trained here in a thread of its own, or written by
/// another program and followed. Closing the window ends the workers; their trials go on when the study does.
class StudyDesk final : public QObject {
    Q_OBJECT

public:
    using State = std::shared_ptr<const core::tune::StudyState>;

    explicit StudyDesk(Workbench& bench, QObject* parent = nullptr);
    ~StudyDesk() override;

    /// The program that trains trials; descent-cli beside this one until another is named.
    void setProgram(std::filesystem::path program) { m_program = std::move(program); }

    /// Looks at what the document would tune; `planned` tells when it is known.
    void plan();
    /// Of the document as it stands; nullptr before it is known or where it has a problem.
    const core::session::StudyPlan* planned() const { return m_plan ? &*m_plan : nullptr; }
    const std::optional<core::base::Error>& planProblem() const { return m_planProblem; }
    bool planning() const { return m_planner.busy(); }

    /// Shows a study of the folder of runs, whoever trains it. An empty folder: none.
    void open(const QString& folder);
    /// Reads which studies there are; the newest comes to the front if none stands there.
    void list();
    const std::vector<core::session::StudyFolder>& studies() const { return m_studies; }
    QString folder() const { return m_folder; }
    const State& state() const { return m_state; }

    /// Makes a study of the document and trains it.
    void start();
    /// Makes and trains studies one after the other; stopping or pausing one leaves the rest.
    void startInTurn(std::vector<core::session::StudySubject> subjects);
    /// Studies of `startInTurn` that have not begun.
    std::size_t waiting() const { return m_turns.size(); }
    /// What the study in front varies; the document's experiment where there is none.
    core::base::Result<core::session::StudySubject> frontSubject() const;
    /// Goes on with the study in front, also after a pause.
    void proceed();
    /// No new trials; those that train come to their end. Another `proceed` goes on.
    void pause();
    /// Ends the workers now; they keep checkpoints.
    void stop();
    void pauseTrial(qint64 trial);
    /// A paused trial goes on, and with it the study.
    void resumeTrial(qint64 trial);
    void skip(qint64 trial);
    /// A trial that was stopped trains on from where it was, to its end.
    void revive(qint64 trial);
    /// A point of a person's, next in turn.
    void enqueue(core::base::Object point);
    void note(qint64 trial, const std::string& key, core::base::Value value);
    /// Other ranges or another budget. A study that had ended goes on if it is told to.
    void changeSpec(core::tune::TuningSpec spec);

    bool going() const { return m_going; }
    bool stopping() const { return m_going && m_control && m_control->stopped; }
    /// Whether another program has written to the study of late.
    bool followed() const { return m_followed; }

Q_SIGNALS:
    void planChanged();
    void stateChanged(); ///< trials; at most ten times a second
    void changed();      ///< going, stopping, the study in front
    void studiesChanged();

private:
    using Order = core::session::Tuner::Order;
    struct Control {
        std::atomic<bool> stopped = false;
        std::mutex mutex; ///< of what follows
        core::session::Tuner* tuner = nullptr;
    };
    using Make = std::function<core::base::Result<core::session::StudyFolder>()>;
    void make(core::session::StudySubject subject);
    void run(Make make, std::vector<Order> before = {}, std::optional<qint64> only = {});
    void began(quint64 number, const core::session::StudyFolder& folder);
    void take(quint64 number, State state);
    void end(quint64 number, const core::base::Status& status);
    /// By the study's one writer: the tuner that trains it, else opened for this alone.
    void change(Order order);
    void poll();
    void tell(const core::base::Error& error);
    core::session::StudySubject subject() const;

    Workbench& m_bench;
    std::filesystem::path m_program;
    std::optional<core::session::StudyPlan> m_plan;
    std::optional<core::base::Error> m_planProblem;
    std::vector<core::session::StudyFolder> m_studies;
    std::deque<core::session::StudySubject> m_turns;
    QString m_folder;
    State m_state;
    bool m_going = false, m_followed = false;
    quint64 m_number = 0;
    QTimer m_poll;
    int m_quiet = 0; ///< looks at a study in which nothing has happened
    std::shared_ptr<Control> m_control;
    Preview m_planner, m_reader, m_lister;
    Worker m_writer;
    std::jthread m_thread; ///< last: joined before anything it tells goes
};

}
