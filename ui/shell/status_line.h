// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::shell {

/// What this process costs: processor time as a share of one core since the last look, and memory.
class ProcessMeter {
public:
    ProcessMeter();
    /// 0.61 for 61 % of a core; above 1 for several.
    double share();
    static quint64 memory();

private:
    double m_cpu = 0, m_wall = 0;
};

/// The foot of the window: `findings 2 · data wait 3 % · 61 % of a core · 412 MB`, and the run's folder.
class StatusLine final : public QWidget {
    Q_OBJECT

public:
    explicit StatusLine(bridge::Workbench& bench, QWidget* parent = nullptr);
    QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    bridge::Workbench& m_bench;
    ProcessMeter m_meter;
    QTimer m_timer;
    style::Label* m_findings;
    style::Label* m_left;
    style::Label* m_right;
    double m_share = 0;
};

}
