// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/ticks.h"

#include <QStringList>
#include <QWidget>

#include <functional>
#include <vector>

namespace ui::plots {

/// Points of classes on a plane whose axes have no unit. The pointer names a point, a click chooses it; the arrow keys
/// walk to the nearest one.
class ScatterPlot final : public QWidget {
    Q_OBJECT

public:
    struct Point {
        double x = 0, y = 0;
        int cls = -1;       ///< colour; −1: by `value`
        double value = 0;   ///< of points without classes, on a sequential scale
        bool wrong = false; ///< ringed
    };
    explicit ScatterPlot(QWidget* parent = nullptr);

    void setPoints(std::vector<Point> points, const QStringList& classes);
    const std::vector<Point>& points() const { return m_points; }
    void setAxes(const QString& x, const QString& y);
    void setEmptyText(const QString& text);
    /// What a tooltip says of a point.
    void setTell(std::function<QString(int)> tell) { m_tell = std::move(tell); }
    QPointF placeOf(int point) const;
    /// −1: none is near.
    int pointAt(QPointF place) const;
    QSize sizeHint() const override { return {360, 320}; }
    QSize minimumSizeHint() const override { return {160, 120}; }

Q_SIGNALS:
    void hovered(int point); ///< −1 when the pointer leaves
    void chosen(int point);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QRectF area() const;
    QColor colorOf(const Point& point) const;
    void paintNames(QPainter& painter) const;

    std::vector<Point> m_points;
    QStringList m_classes;
    QString m_x, m_y, m_emptyText;
    Range m_rangeX, m_rangeY, m_values;
    std::function<QString(int)> m_tell;
    int m_hover = -1;
};

}
