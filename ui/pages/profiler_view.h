// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/run_profile.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QGridLayout;
class QLabel;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace ui::bridge {
class Workbench;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class BarList;
class PhaseBar;
class ProfileTimeline;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class ProfileComparison;

/// Where the time of the run in front goes: what a step is made of, what holds it up with advice that can be applied,
/// a timeline, layers, and another run beside it. Live it follows at most ten times a second.
class ProfilerView final : public QWidget {
    Q_OBJECT

public:
    explicit ProfilerView(bridge::Workbench& workbench, QWidget* parent = nullptr);

    const models::RunProfile& profile() const { return m_profile; }
    plots::PhaseBar& bar() { return *m_bar; }
    plots::ProfileTimeline& timeline() { return *m_timeline; }
    ProfileComparison& comparison() { return *m_comparison; }
    QString headline() const;
    core::base::Status exportReport(const QString& file) const;
    core::base::Status exportTrace(const QString& file) const;

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildEmpty();
    QWidget* buildProfile();
    QWidget* buildTimeline();
    void follow();
    void refreshSoon();
    void refresh();
    void showEmpty();
    void showPhases(const core::debug::ProfileSummary& summary);
    void showTimeline();
    void showMark();
    void showAdvice(const std::vector<core::debug::ProfileResult>& results);
    void showRules(const std::vector<core::debug::ProfileResult>& results);
    void showLayers(const core::debug::ProfileSummary& summary);
    void apply(const core::debug::ProfileAdvice& advice);
    void save(const QString& title, const QString& name,
              core::base::Status (ProfilerView::*write)(const QString&) const);

    bridge::Workbench& m_workbench;
    QPointer<models::RunModel> m_run;
    models::RunProfile m_profile;
    QStackedWidget* m_stack;
    style::Label *m_emptyText = nullptr, *m_stepText = nullptr, *m_layerText = nullptr;
    QPushButton* m_turnOn = nullptr;
    QLabel* m_headline = nullptr;
    plots::PhaseBar* m_bar = nullptr;
    QVBoxLayout* m_advice = nullptr;
    plots::ProfileTimeline* m_timeline = nullptr;
    plots::BarList* m_layers = nullptr;
    QGridLayout* m_rules = nullptr;
    ProfileComparison* m_comparison = nullptr;
    std::string m_shownAdvice, m_shownRules;
    QTimer m_timer;
    double m_next = 0; ///< steady seconds
};

}
