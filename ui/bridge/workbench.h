// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/session/session.h"
#include "ui/bridge/experiment_document.h"
#include "ui/models/run_model.h"

#include <QStringList>

#include <functional>
#include <optional>

namespace ui::bridge {

class Finder;
class Looker;
class RatePlan;
class SessionBridge;
class TimeTravel;

/// What the window is about: the experiment in front, the run that trains or was opened, and the runs laid over it.
/// Pages are given one and listen to its signals; nothing else is shared between them.
class Workbench final : public QObject {
    Q_OBJECT

public:
    explicit Workbench(QString runsFolder, QObject* parent = nullptr);
    ~Workbench() override;

    ExperimentDocument& document() { return m_document; }
    const QString& runsFolder() const { return m_runsFolder; }
    QString device() const { return m_device; }
    void setDevice(const QString& device);

    /// The run in front; nullptr until one is trained or opened.
    models::RunModel* front() const { return m_front; }
    /// Other runs drawn behind it, in the order they were added.
    const std::vector<models::RunModel*>& overlays() const { return m_overlays; }
    bool training() const;
    bool paused() const;

    /// Starts a run of the document, of a cross-validation one fold after the other, or continues a paused one.
    /// Problems in the document are reported by `trouble`.
    void train(bool startPaused = false);
    /// Changes the document as one undo step and trains it; the run in front stays and is laid behind the new one.
    void trainAgain(const std::vector<std::pair<QString, core::base::Value>>& changes, const QString& text);
    /// One of several trainings: an experiment, or a branch of the run before it.
    struct Turn {
        core::base::Value experiment;
        std::optional<qint64> branchAt = {}; ///< updates done by the run before
        std::vector<std::pair<std::string, core::base::Value>> changes = {};
        bool fold = false; ///< one fold of the document, which stays as it is
    };
    /// Trains them one after the other, each laid over those before it.
    void trainInTurn(std::vector<Turn> turns);
    /// Experiments of `trainInTurn` that have not begun.
    int waiting() const;
    void pause();
    void proceed();
    void singleStep();
    void stop();
    /// Changes a live parameter of the going run (also in the document).
    void edit(const QString& dottedPath, core::base::Value value);
    void resumeRun(const QString& folder);
    /// Shows a recorded run in front; with `document`, its spec becomes the experiment.
    void openRun(const QString& folder, bool document = true);
    void overlayRun(const QString& folder, bool shown);
    void clearOverlays();
    /// Shows a recorded run that may have no folder, as a sample card's; with `keepFront` over the one in front.
    void showRecord(const core::store::RunRecord& record, bool keepFront = false);
    /// Plays a finished run again from its records at `speed` times its own pace; 0 ends that. `pause` and `proceed`
    /// hold it and go on.
    void replay(double speed);
    bool replaying() const;
    /// Grows a branch of a recorded run and trains it, the parent behind it. `done` is told of an error, or of none.
    void branch(const QString& folder, qint64 step, std::vector<std::pair<std::string, core::base::Value>> changes,
                core::session::Going going, std::function<void(const std::optional<core::base::Error>&)> done);
    TimeTravel& travel() { return *m_travel; }
    RatePlan& rates() { return *m_rates; }
    Finder& finder() { return *m_finder; }
    Looker& looker() { return *m_looker; }
    /// Hands the session that trains to `use`; an error is reported by `trouble`.
    void borrow(const std::function<core::base::Status(core::session::Session&)>& use);
    /// Waits for the training thread to end after a stop.
    void waitForEnd();

Q_SIGNALS:
    void frontChanged();
    void overlaysChanged();
    void stateChanged();                          ///< running, paused, ended
    void advanced();                              ///< the run in front has new values; at most 30 times a second
    void runsChanged();                           ///< a run was made, ended, renamed or removed
    void trouble(const core::base::Error& error); ///< for the bar under the top
    void pageRequested(const QString& page);      ///< `train`, `data`, …
    void deviceChanged();

private:
    class Work;
    void launch(const core::base::Value& resolved, bool startPaused, bool keepFront);
    void attach(models::RunModel* model);
    void ended();
    void trainFolds();
    void nextInTurn();
    void branchInTurn(const Turn& turn);
    void takeUp(std::shared_ptr<core::session::Session> session, const core::store::RunRecord& record, bool keepFront);
    void putInFront(models::RunModel* model, bool keepFront);
    void addOverlay(models::RunModel* model);
    void forget(models::RunModel* model);
    void recolor();

    ExperimentDocument m_document;
    QString m_runsFolder;
    QString m_device = QStringLiteral("auto");
    models::RunModel* m_front = nullptr;
    std::vector<models::RunModel*> m_overlays;
    std::unique_ptr<Work> m_work;
    TimeTravel* m_travel; ///< a child
    RatePlan* m_rates;    ///< a child
    Finder* m_finder;     ///< a child
    Looker* m_looker;     ///< a child
};

}
