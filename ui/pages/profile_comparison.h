// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/profile.h"

#include <QWidget>

class QComboBox;
class QGridLayout;

namespace ui::bridge {
class Workbench;
class Worker;
}

namespace ui::pages {

/// The time of each phase of a step beside that of another run, which is chosen from a list.
class ProfileComparison final : public QWidget {
    Q_OBJECT

public:
    explicit ProfileComparison(bridge::Workbench& workbench, QWidget* parent = nullptr);
    ~ProfileComparison() override;

    /// Of the run in front.
    void setSummary(const core::debug::ProfileSummary& summary);
    /// Shows the run in that folder beside it; empty: none.
    void compareWith(const QString& folder);
    bool shown() const { return m_other.has_value(); }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void readRuns();
    void fill();

    bridge::Workbench& m_workbench;
    core::debug::ProfileSummary m_summary;
    std::optional<core::session::RunProfile> m_other;
    QComboBox* m_others;
    QGridLayout* m_changes;
    std::unique_ptr<bridge::Worker> m_worker; ///< last: joined before what it answers to goes
};

}
