// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPolygonF>
#include <QWidget>

#include <vector>

namespace ui::plots {

/// Values over a plane as colours with lines of equal value, and marks on it: the loss around some weights.
class PlanePlot final : public QWidget {
    Q_OBJECT

public:
    struct Mark {
        double x = 0, y = 0;
        QString name;
    };
    struct Plane {
        int cells = 0;                 ///< each way
        double reachX = 1, reachY = 1; ///< it goes from −reach to reach
        std::vector<float> values;     ///< row-major from the bottom
        QString xTitle, yTitle;
        std::vector<Mark> marks; ///< joined by an arrow in their order
    };
    explicit PlanePlot(QWidget* parent = nullptr);
    void setPlane(Plane plane);
    const Plane& plane() const { return m_plane; }
    /// The values at which there are lines, rising by equal factors above the least.
    const std::vector<double>& levels() const { return m_levels; }
    void setEmptyText(const QString& text);
    /// NaN outside.
    double valueAt(QPointF place) const;
    QPointF placeOf(double x, double y) const;
    QSize sizeHint() const override { return {320, 300}; }
    QSize minimumSizeHint() const override { return {160, 120}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QRectF area() const;
    void paintMarks(QPainter& painter) const;

    Plane m_plane;
    std::vector<double> m_levels;
    std::vector<std::vector<QPolygonF>> m_lines;
    QImage m_image;
    QString m_emptyText;
};

}
