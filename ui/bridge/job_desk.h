// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/job_facts.h"
#include "ui/bridge/preview.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace ui::bridge {

class Workbench;

/// The jobs of the folder of runs, whoever works on them: their journals are looked at again and again. Those that wait
/// are worked off by descent-cli in a process of its own, which outlives the window if a person wants that.
class JobDesk final : public QObject {
    Q_OBJECT

public:
    struct Row {
        core::jobs::Job job;
        bool worked = false; ///< by some process, now
        core::session::JobProgress progress;
        std::optional<double> cost;
        QString currency;
    };
    using Rows = std::shared_ptr<const std::vector<Row>>;
    /// Of the chosen job.
    struct Details {
        QString id;
        core::base::Value facts;       ///< as describeJob() tells
        QString log;                   ///< its end, where it is long
        bool cut = false;              ///< whether that is not all of it
        core::base::Value advice = {}; ///< as adviseForRun() tells, once it has completed
        std::size_t changes = 0;       ///< of states, when it was read
    };

    explicit JobDesk(Workbench& bench, QObject* parent = nullptr);

    /// The program that works on jobs; descent-cli beside this one until another is named.
    void setProgram(std::filesystem::path program) { m_program = std::move(program); }
    /// Looks now, and from now on while anything goes or `watched`.
    void look();
    void setWatched(bool watched);

    const Rows& rows() const { return m_rows; } ///< never nullptr; in the order of their turns, then of their ends
    bool read() const { return m_read; }        ///< whether they have been read once
    const Row* row(const QString& id) const;
    void choose(const QString& id);
    QString chosen() const { return m_chosen; }
    const Details& details() const { return m_details; }

    /// Puts the document into the queue, with `part` as its part `job`, and works on it.
    void submit(const core::base::Value& part);
    /// Works off what waits.
    void start();
    /// The worker that this window started gets its notice; its job goes on with the next start().
    void hold();
    /// Whether a process that this window started works.
    bool working() const;
    bool anyWorked() const;
    bool anyWaits() const;

    void stopJob(const QString& id);
    void interrupt(const QString& id);
    void requeue(const QString& id);
    /// One place up or down among those that wait.
    void move(const QString& id, int by);
    /// To a place among those that wait, counted from 0, by changes of priorities.
    void place(const QString& id, int place);

Q_SIGNALS:
    void changed();
    void detailsChanged();

private:
    void take(std::vector<Row> rows);
    void askDetails();
    void order(std::function<core::base::Status()> what, std::function<void()> then = {});
    void goOn();
    std::optional<core::jobs::Job> jobOf(const QString& id) const;

    Workbench& m_bench;
    std::filesystem::path m_program;
    Rows m_rows = std::make_shared<std::vector<Row>>();
    Details m_details;
    QString m_chosen, m_expected; ///< the second was submitted, and is not listed yet
    QString m_early;              ///< chosen before any were read
    bool m_read = false;
    qint64 m_worker = 0; ///< its process; 0: none
    bool m_watched = false, m_wanted = false, m_again = false;
    int m_placing = 0;        ///< orders that are not in the journals yet
    bool m_stale = false;     ///< what is being listed may be older than they are
    double m_started = 0;     ///< when a worker was started last, steady seconds
    std::size_t m_before = 0; ///< changes of states that there were then
    QTimer m_timer;
    Preview m_lister, m_reader;
    Worker m_orders;
};

}
