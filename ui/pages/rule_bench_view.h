// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/rules.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QPushButton;
class QTableView;

namespace ui::bridge {
class RuleDesk;
class Workbench;
}
namespace ui::models {
class RuleTrialsTable;
}
namespace ui::plots {
class BenchPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// A rule over every recorded run: a person marks runs as healthy or sick, and sees for each threshold how many false
/// alarms and misses it would have had; the best one is taken over into the experiment.
class RuleBenchView final : public QWidget {
    Q_OBJECT

public:
    explicit RuleBenchView(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~RuleBenchView() override;

    /// A kind of rule; its parameters are those of the experiment in front, else the defaults.
    void choose(const QString& kind);
    const core::spec::RuleSpec& rule() const { return m_rule; }
    bridge::RuleDesk& desk() const { return *m_desk; }
    plots::BenchPlot* plot() const { return m_plot; }
    QTableView* table() const { return m_table; }
    models::RuleTrialsTable* runs() const { return m_runs; }
    QString sentence() const;

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildHead();
    void buildTable();
    void ask(bool sweep);
    void showTrials();
    void markChosen(std::optional<bool> sick);
    void moveTo(double threshold, bool last);
    void takeOver();
    /// The place of the rule in the experiment's list; −1: it is not there.
    int placeInExperiment() const;

    bridge::Workbench& m_bench;
    bridge::RuleDesk* m_desk; ///< a child
    models::RuleTrialsTable* m_runs;
    QComboBox* m_kinds;
    style::Label *m_help, *m_sentence, *m_going;
    plots::BenchPlot* m_plot;
    QTableView* m_table;
    QPushButton *m_healthy, *m_sick, *m_none, *m_best, *m_use;
    core::spec::RuleSpec m_rule;
    std::optional<double> m_threshold; ///< where it is dragged to; none: the rule's own
    bool m_asked = false;
};

}
