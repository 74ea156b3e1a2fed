// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/ticks.h"

#include <QColor>
#include <QWidget>

#include <map>
#include <optional>
#include <vector>

class QMenu;
class QPainter;

namespace ui::plots {

/// One upright axis for each parameter and for the objective, one line for each trial. Dragging on an axis brushes it,
/// a click on it takes the brush away; a click on its name turns it over or changes its scale. With the keyboard Left
/// and Right walk over the axes and Enter opens the menu.
class ParallelPlot final : public QWidget {
    Q_OBJECT

public:
    struct Axis {
        QString name;
        std::vector<Tick> ticks;          ///< at 0 (below) … 1 (above)
        QString path = {};                ///< said when the mouse is over the name
        std::optional<Range> values = {}; ///< at 0 and 1, where both a linear and a logarithmic scale can be had
        bool log = false;                 ///< how places go from the one to the other
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
    /// Large values below.
    void setFlipped(int axis, bool on);
    bool flipped(int axis) const;
    /// The other scale than the axis came with; nothing where it has but one.
    void setLogarithmic(int axis, bool on);
    bool logarithmic(int axis) const;
    bool hasBothScales(int axis) const;
    bool brushed() const { return !m_brushes.empty(); }
    /// Trials inside of every brush.
    std::vector<qint64> inside() const;
    /// Where a place of an axis stands in the widget.
    QPointF placeOf(int axis, double place) const;
    QRectF nameRect(int axis) const;
    /// The menu of an axis; it goes when it is closed.
    QMenu* openMenu(int axis);
    QSize sizeHint() const override { return {520, 240}; }

Q_SIGNALS:
    void hovered(qint64 trial);
    void chosen(qint64 trial);
    void opened(qint64 trial);
    void brushChanged();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QRectF area() const;
    double axisX(int axis) const;
    double placeAt(int axis, double y) const;
    double shown(int axis, double place) const;
    double native(int axis, double place) const;
    int nameAt(const QPointF& position) const;
    std::vector<Tick> ticksOf(int axis) const;
    int axisAt(const QPointF& position) const;
    qint64 trialAt(const QPointF& position) const;
    bool isInside(const Line& line) const;
    QPolygonF drawn(const Line& line) const;
    void paintAxis(QPainter& painter, int axis) const;
    void paintBrush(QPainter& painter, int axis) const;
    void paintRings(QPainter& painter, const Line& line) const;
    void paintLine(QPainter& painter, const Line& line, const QColor& color, double width) const;

    std::vector<Axis> m_axes;
    std::vector<Line> m_lines;
    struct Manner {
        bool flip = false, other = false;
    };
    std::vector<Manner> m_manners;  ///< one an axis
    std::map<int, Range> m_brushes; ///< in the places that axes came with
    qint64 m_lit = -1;
    int m_dragged = -1, m_focused = 0;
    double m_from = 0;
};

}
