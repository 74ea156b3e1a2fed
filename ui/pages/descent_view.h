// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/descent.h"
#include "core/session/sweep_set.h"
#include "ui/bridge/experiment_document.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QComboBox;
class QPushButton;
class QSlider;

namespace ui::bridge {
class Preview;
class Workbench;
}
namespace ui::plots {
class PathPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Optimizers on a surface over two weights: the runs of a comparison, or a surface given by a formula. A slider goes
/// through the updates; they play, or go one by one.
class DescentView final : public QWidget {
    Q_OBJECT

public:
    static constexpr int paceMs = 33, playMs = 6000;

    explicit DescentView(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~DescentView() override;

    void setSet(std::shared_ptr<const core::session::SweepSet> set);
    /// Whether a surface given by a formula is shown.
    bool toy() const;
    QString closing() const;
    plots::PathPlot* plot() const { return m_plot; }
    QComboBox* surface() const { return m_surface; }
    bridge::ExperimentDocument& toySettings() { return m_toy; }
    bool busy() const;

Q_SIGNALS:
    void surfaceChanged();
    /// The settings of a surface given by a formula should be shown, or no longer.
    void toyShown(bool shown);

private:
    QWidget* buildControls();
    void compute();
    void show(core::base::Result<core::session::Descent> descent);
    void moveTo(int step);
    void play(bool on);

    bridge::Workbench& m_bench;
    bridge::ExperimentDocument m_toy;
    bridge::Preview* m_preview;
    std::shared_ptr<const core::session::SweepSet> m_set;
    std::optional<core::session::Descent> m_descent;
    std::vector<std::string> m_runs; ///< of each path
    plots::PathPlot* m_plot;
    QComboBox* m_surface;
    style::Label* m_formula;
    QSlider* m_slider;
    style::Label* m_step;
    QPushButton* m_play;
    QTimer m_timer;
    double m_position = 0;
};

}
