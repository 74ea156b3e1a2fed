// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/layer_norms.h"

#include <QWidget>

class QComboBox;
class QPushButton;

namespace ui::bridge {
class Workbench;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class LivePlot;
class RidgePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Layer by layer: how weights, gradients, updates and activations are spread over the steps, how long they are, and
/// how long an update is beside its weight.
class InsideView final : public QWidget {
    Q_OBJECT

public:
    explicit InsideView(QWidget* parent = nullptr);

    void setWorkbench(bridge::Workbench* bench) { m_bench = bench; }
    void setRun(const models::RunModel* run);
    void refresh();
    void choose(models::Inside what);
    /// One tensor, by its name without a prefix; empty: all.
    void chooseLayer(const QString& name);
    models::Inside what() const;
    plots::RidgePlot* ridges() const { return m_ridges; }
    plots::LivePlot* curves() const { return m_curves; }
    QPushButton* recordButton() const { return m_record; }

private:
    void showRidges();
    void showCurves();
    void record();
    std::vector<plots::RidgePanel> weightRidges(const std::string& only) const;
    std::optional<std::int64_t> upTo() const;
    QString lesson() const;

    bridge::Workbench* m_bench = nullptr;
    const models::RunModel* m_run = nullptr;
    QComboBox *m_what, *m_layer;
    QPushButton* m_record;
    plots::RidgePlot* m_ridges;
    plots::LivePlot* m_curves;
    style::Label* m_note;
    models::LayerNorms m_norms;
    plots::SeriesBuffer m_usual; ///< the healthy ratio, as long as the run
    QStringList m_names;
    QString m_shown; ///< what the ridges show
    QString m_drawn; ///< what the curves are of
};

}
