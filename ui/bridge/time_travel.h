// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/session/rewinder.h"

#include <QObject>

#include <atomic>
#include <optional>

namespace ui::models {
class RunModel;
}

namespace ui::bridge {

class Workbench;

/// Goes back in the run in front, and on from there in another way.
class TimeTravel final : public QObject {
    Q_OBJECT

public:
    explicit TimeTravel(Workbench& bench);
    ~TimeTravel() override;

    /// The step that the window shows; nothing: live.
    std::optional<qint64> step() const;
    bool away() const { return step().has_value(); }
    /// Shows the run in front as it was after `step` updates. At its last step, a run that has ended counts as live.
    void goTo(qint64 step);
    void goLive();
    /// Grows a branch from the shown step, with what was changed in the document since it was gone back to. A run that
    /// trains is stopped first and can be resumed.
    void branch();
    /// What `branch` would change, by dotted path.
    std::vector<std::pair<std::string, core::base::Value>> changes() const;

    /// A branch is being made: the state at its step is trained again. 0 … 1.
    std::optional<double> progress() const { return m_progress; }
    void cancel();

Q_SIGNALS:
    void moved(); ///< the shown step
    void progressChanged();

private:
    void forget();
    void showSettings(qint64 step);
    void begin();

    Workbench& m_bench;
    std::unique_ptr<core::session::Rewinder> m_rewinder;
    models::RunModel* m_run = nullptr; ///< whose past the rewinder shows; only compared
    core::base::Value m_settings;      ///< what the document was set to when it was gone back to
    bool m_wanted = false;             ///< a branch, as soon as the going run has ended
    std::optional<double> m_progress;
    std::shared_ptr<std::atomic<bool>> m_cancelled;
};

}
