// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QGridLayout;
class QPushButton;

namespace ui::bridge {
class CureDesk;
class Workbench;
}
namespace ui::plots {
class FuturesPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// A fix that is tried: both futures beside each other, the verdict in numbers, and what to keep.
class CureView final : public QWidget {
    Q_OBJECT

public:
    CureView(bridge::Workbench& bench, bridge::CureDesk& desk, QWidget* parent = nullptr);

    plots::FuturesPlot* plot() const { return m_plot; }
    QString verdict() const;

private:
    void refresh();
    void showCurves();
    void showVerdict();
    void keep();

    bridge::Workbench& m_bench;
    bridge::CureDesk& m_desk;
    style::Label *m_title, *m_note, *m_state, *m_problem, *m_verdictTitle, *m_sentence;
    plots::FuturesPlot* m_plot;
    QWidget* m_side;
    QGridLayout* m_table;
    QPushButton *m_keep, *m_discard, *m_seeds, *m_cancel;
};

}
