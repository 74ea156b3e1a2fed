// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include <vector>

class QPushButton;
class QStackedWidget;

namespace ui::pages {

class FindingsView;
class ProfilerView;
class RanksView;
class ReportExport;
class RuleBenchView;

/// What is wrong with a run and what its time goes into: findings of the rules, the profiler, and its ranks.
class DebugPage final : public Page {
    Q_OBJECT

public:
    explicit DebugPage(bridge::Workbench& workbench, QWidget* parent = nullptr);

    QStringList inspected() const override;
    /// `findings`, `bench`, `profiler` or `ranks`; false for anything else.
    bool showSection(const QString& name) override;
    FindingsView& findings() { return *m_findings; }
    RuleBenchView& bench() { return *m_ruleBench; }
    ProfilerView& profiler() { return *m_profiler; }
    RanksView& ranks() { return *m_ranks; }
    ReportExport* report() const { return m_report; }

private:
    QWidget* buildTabs();
    void showRun();

    QStackedWidget* m_sections;
    std::vector<QPushButton*> m_tabs;
    FindingsView* m_findings;
    RuleBenchView* m_ruleBench;
    ProfilerView* m_profiler;
    RanksView* m_ranks;
    bridge::Workbench& m_workbench;
    ReportExport* m_report;
};

}
