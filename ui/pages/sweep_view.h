// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/sweep_set.h"
#include "ui/plots/spread_plot.h"

#include <memory>

class QButtonGroup;
class QHBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTableWidget;

namespace ui::bridge {
class Preview;
class SweepDesk;
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class DescentView;
class SweepPanel;

/// One experiment that teaches: what it shows, its runs as they end, and what they say together.
class SweepView final : public QWidget {
    Q_OBJECT

public:
    SweepView(bridge::Workbench& bench, bridge::SweepDesk& desk, const core::base::Entry& entry,
              QWidget* parent = nullptr);
    ~SweepView() override;

    SweepPanel* panel() const { return m_panel; }
    /// What the inspector shows: of the runs, or of a surface given by a formula.
    QWidget* settingsPanel() const;
    plots::SpreadPlot* plot() const { return m_plot; }
    DescentView* descent() const { return m_descent; }
    const std::shared_ptr<const core::session::SweepSet>& set() const { return m_set; }
    /// Reads the newest set of the kind, and how long one would take: when the page is opened.
    void open();
    QString closing() const;

Q_SIGNALS:
    void left();

private:
    struct Figure {
        QString title; ///< of the button
        std::vector<std::string> values;
        plots::ValueFormat format = plots::ValueFormat::Number;
        bool logY = false;
    };
    QWidget* buildHead(const core::base::Entry& entry);
    QWidget* buildActions();
    QWidget* buildFoot();
    QWidget* buildTable();
    void estimate();
    void begin();
    void takeSet();
    void show(std::shared_ptr<const core::session::SweepSet> set);
    void fillFigures(const core::session::SweepSummary& summary);
    void fillPlot();
    void fillTable(const core::session::SweepSummary& summary);
    void refresh();
    void openRun(int curve, int point);
    void save(bool table);
    bool mine() const;

    bridge::Workbench& m_bench;
    bridge::SweepDesk& m_desk;
    std::string m_kind;
    SweepPanel *m_panel, *m_toyPanel = nullptr;
    bridge::Preview *m_estimating, *m_reading;
    std::shared_ptr<const core::session::SweepSet> m_set;
    std::vector<Figure> m_figures;
    std::size_t m_figure = 0, m_axis = 0;
    std::shared_ptr<std::atomic<bool>> m_giveUp;
    QString m_estimate, m_problem;
    style::Label *m_time, *m_state;
    QLabel* m_closing;
    QHBoxLayout* m_choices;
    QProgressBar* m_progress;
    QPushButton *m_start, *m_goOn, *m_pause, *m_cancel, *m_csv, *m_png;
    QStackedWidget* m_stack;
    plots::SpreadPlot* m_plot;
    DescentView* m_descent = nullptr;
    QTableWidget* m_table;
    std::vector<std::vector<int>> m_shownCurves; ///< of the plot: curve of the summary, and its points
};

}
