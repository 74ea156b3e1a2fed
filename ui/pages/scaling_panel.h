// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/scaling.h"

#include <QWidget>

#include <array>

class QDoubleSpinBox;
class QPushButton;

namespace ui::bridge {
class SweepDesk;
class Workbench;
}
namespace core::session {
class SweepSet;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class ScalingPlot;

/// How much faster more ranks are: measured by runs that are started here, and by a model whose assumptions stand
/// beside it and can be changed, up to 512.
class ScalingPanel final : public QWidget {
    Q_OBJECT

public:
    explicit ScalingPanel(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~ScalingPanel() override;

    /// Takes the step's times and the size of the gradients from the run in front, unless they were changed by hand.
    void refresh();
    core::debug::ScalingFacts facts() const;
    QDoubleSpinBox* field(const QString& name) const;
    ScalingPlot& plot() { return *m_plot; }
    bridge::SweepDesk& desk() { return *m_desk; }
    QPushButton* measure() const { return m_measure; }
    QString extrapolated() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    enum Number { Forward, Backward, Size, Bandwidth, Latency, Overlap, Uneven, NumberCount };
    QWidget* buildFields();
    void takeFromRun();
    void showModel();
    void showDesk();
    void showMeasured(const core::session::SweepSet& set);
    void begin();

    bridge::Workbench& m_bench;
    bridge::SweepDesk* m_desk; ///< a child
    ScalingPlot* m_plot;
    std::array<QDoubleSpinBox*, NumberCount> m_numbers{};
    style::Label *m_table, *m_source, *m_going;
    QPushButton *m_measure, *m_reset;
    bool m_byHand = false;
};

}
