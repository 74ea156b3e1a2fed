// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/ticks.h"

#include <QAbstractScrollArea>
#include <QRectF>

#include <vector>

namespace ui::plots {

/// How a tensor was spread at a step: counts of equal parts from `low` to `high`.
struct Ridge {
    double step = 0, low = 0, high = 0;
    std::vector<double> counts;
};
struct RidgePanel {
    QString name;              ///< `0.weight`
    QString remark = {};       ///< behind it, muted; ▲ before what is wrong
    std::vector<Ridge> ridges; ///< in rising steps
};

/// Histograms over time, one panel a tensor: the oldest behind, the newest in front. Heights are shares on a
/// square-root scale, so that tails are seen beside a peak. A click on a panel asks for it alone.
class RidgePlot final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit RidgePlot(QWidget* parent = nullptr);

    void setPanels(std::vector<RidgePanel> panels);
    const std::vector<RidgePanel>& panels() const { return m_panels; }
    void setEmptyText(const QString& text);
    /// What stands below the numbers of a tooltip: how to read these histograms.
    void setLesson(const QString& text) { m_lesson = text; }
    /// Where a panel's ridges stand in the viewport.
    QRectF areaOf(int panel) const;
    int panelAt(QPointF place) const;
    QString describe(QPointF place) const;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(const QString& name);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    /// A panel's ridges on one scale, the oldest first.
    struct Scene {
        Range range;
        std::vector<const Ridge*> ridges;
        std::vector<std::vector<double>> heights; ///< 0 … 1
        double pitch = 0, tall = 0;
    };
    int columns() const;
    QRectF cell(int panel) const;
    Scene sceneOf(const RidgePanel& panel, const QRectF& area) const;
    double baseOf(const Scene& scene, const QRectF& area, std::size_t ridge) const;
    void paintPanel(QPainter& painter, int index) const;
    void updateBars();

    std::vector<RidgePanel> m_panels;
    QString m_emptyText, m_lesson;
};

}
