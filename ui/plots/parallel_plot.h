// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/ticks.h"

#include <QWidget>

#include <map>
#include <vector>

class QPainter;

namespace ui::plots {

/// One upright axis for each parameter and for the objective, one line for each trial. Dragging on an axis brushes it,
/// a click on it takes the brush away.
class ParallelPlot final : public QWidget {
    Q_OBJECT

public:
    struct Axis {
        QString name;
        std::vector<Tick> ticks; ///< at 0 (below) … 1 (above)
    };
    struct Line {
        qint64 trial = 0;
        std::vector<double> places; ///< 0 … 1 on each axis; NaN: it has no value there
    };

    explicit ParallelPlot(QWidget* parent = nullptr);
    void setAxes(std::vector<Axis> axes);
    void setLines(std::vector<Line> lines);
    const std::vector<Axis>& axes() const { return m_axes; }
    const std::vector<Line>& lines() const { return m_lines; }
    void setLit(qint64 trial);
    void clearBrushes();
    bool brushed() const { return !m_brushes.empty(); }
    /// Trials inside of every brush.
    std::vector<qint64> inside() const;
    /// Where a place of an axis stands in the widget.
    QPointF placeOf(int axis, double place) const;
    QSize sizeHint() const override { return {520, 240}; }

Q_SIGNALS:
    void hovered(qint64 trial);
    void chosen(qint64 trial);
    void opened(qint64 trial);
    void brushChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QRectF area() const;
    double axisX(int axis) const;
    double placeAt(double y) const;
    int axisAt(const QPointF& position) const;
    qint64 trialAt(const QPointF& position) const;
    bool isInside(const Line& line) const;
    QPolygonF drawn(const Line& line) const;
    void paintAxis(QPainter& painter, int axis) const;
    void paintLine(QPainter& painter, const Line& line, bool lit) const;

    std::vector<Axis> m_axes;
    std::vector<Line> m_lines;
    std::map<int, Range> m_brushes;
    qint64 m_lit = -1;
    int m_dragged = -1;
    double m_from = 0;
};

}
