// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QComboBox;

namespace ui::models {
class RunModel;
}
namespace ui::plots {
class LivePlot;
}

namespace ui::pages {

/// A metric of each class over the run.
class ClassCurves final : public QWidget {
    Q_OBJECT

public:
    explicit ClassCurves(QWidget* parent = nullptr);

    void setRun(const models::RunModel* run);
    void refresh();
    plots::LivePlot* plot() const { return m_plot; }
    QComboBox* metric() const { return m_metric; }

private:
    void showCurves();

    const models::RunModel* m_run = nullptr;
    QComboBox* m_metric;
    plots::LivePlot* m_plot;
    QString m_drawn;
};

}
