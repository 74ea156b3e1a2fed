// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/scatter_plot.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double nearPoint = 10;
constexpr int mostNames = 12;

Range widened(Range range)
{
    const double span = range.hi > range.lo ? range.hi - range.lo : 1;
    return {range.lo - 0.04 * span, range.hi + 0.04 * span};
}

}

ScatterPlot::ScatterPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
}

void ScatterPlot::setPoints(std::vector<Point> points, const QStringList& classes)
{
    m_points = std::move(points);
    m_classes = classes;
    m_hover = -1;
    m_rangeX = m_rangeY = m_values = {HUGE_VAL, -HUGE_VAL};
    for (const Point& point : m_points) {
        m_rangeX = {std::min(m_rangeX.lo, point.x), std::max(m_rangeX.hi, point.x)};
        m_rangeY = {std::min(m_rangeY.lo, point.y), std::max(m_rangeY.hi, point.y)};
        m_values = {std::min(m_values.lo, point.value), std::max(m_values.hi, point.value)};
    }
    m_rangeX = widened(m_rangeX);
    m_rangeY = widened(m_rangeY);
    setAccessibleDescription(tr("%1 points").arg(m_points.size()));
    update();
}

void ScatterPlot::setAxes(const QString& x, const QString& y)
{
    m_x = x;
    m_y = y;
    update();
}

void ScatterPlot::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

QRectF ScatterPlot::area() const
{
    const double s = theme().scale;
    const double names = m_classes.isEmpty() ? 0 : 24 * s;
    return QRectF(24 * s, names, width() - 32 * s, height() - names - 28 * s);
}

QPointF ScatterPlot::placeOf(int point) const
{
    const Point& at = m_points[std::size_t(point)];
    const QRectF box = area();
    return {box.left() + (at.x - m_rangeX.lo) / m_rangeX.span() * box.width(),
            box.bottom() - (at.y - m_rangeY.lo) / m_rangeY.span() * box.height()};
}

int ScatterPlot::pointAt(QPointF place) const
{
    int best = -1;
    double least = nearPoint * theme().scale;
    for (int i = 0; i < int(m_points.size()); ++i) {
        const QPointF away = placeOf(i) - place;
        if (const double far = std::hypot(away.x(), away.y()); far < least) {
            least = far;
            best = i;
        }
    }
    return best;
}

QColor ScatterPlot::colorOf(const Point& point) const
{
    if (point.cls >= 0)
        return theme().classColor(point.cls);
    return theme().sequential(m_values.span() > 0 ? (point.value - m_values.lo) / m_values.span() : 0.5);
}

void ScatterPlot::paintNames(QPainter& painter) const
{
    const double s = theme().scale;
    double x = area().left();
    painter.setFont(theme().body());
    for (int c = 0; c < std::min<int>(mostNames, int(m_classes.size())); ++c) {
        const double wide = painter.fontMetrics().horizontalAdvance(m_classes[c]);
        if (x + wide + 16 * s > width()) {
            painter.setPen(theme().muted);
            painter.drawText(QRectF(x, 0, width() - x, 20 * s), Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("…"));
            return;
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().classColor(c));
        painter.drawEllipse(QPointF(x + 4 * s, 10 * s), 4 * s, 4 * s);
        painter.setPen(theme().muted);
        painter.drawText(QRectF(x + 12 * s, 0, wide + 4, 20 * s), Qt::AlignLeft | Qt::AlignVCenter, m_classes[c]);
        x += wide + 24 * s;
    }
}

void ScatterPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    painter.setFont(theme().body());
    if (m_points.empty()) {
        painter.setPen(theme().muted);
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const QRectF box = area();
    painter.setPen(QPen(theme().axis, 1));
    painter.drawPolyline(QPolygonF{box.topLeft(), box.bottomLeft(), box.bottomRight()});
    painter.setPen(theme().muted);
    painter.drawText(QRectF(box.left(), box.bottom() + 4 * s, box.width(), 20 * s), Qt::AlignRight | Qt::AlignVCenter,
                     m_x);
    painter.save();
    painter.translate(0, box.bottom());
    painter.rotate(-90);
    painter.drawText(QRectF(0, 0, box.height(), 20 * s), Qt::AlignRight | Qt::AlignVCenter, m_y);
    painter.restore();
    painter.setRenderHint(QPainter::Antialiasing);
    paintNames(painter);
    const double radius = (m_points.size() > 600 ? 2.5 : 3.5) * s;
    for (int i = 0; i < int(m_points.size()); ++i) {
        const Point& point = m_points[std::size_t(i)];
        painter.setPen(point.wrong ? QPen(theme().text, 1.25 * s) : QPen(Qt::NoPen));
        painter.setBrush(colorOf(point));
        painter.drawEllipse(placeOf(i), radius, radius);
    }
    if (m_hover >= 0) {
        painter.setPen(QPen(theme().text, 2 * s));
        painter.setBrush(colorOf(m_points[std::size_t(m_hover)]));
        painter.drawEllipse(placeOf(m_hover), radius + 3 * s, radius + 3 * s);
    }
}

void ScatterPlot::mouseMoveEvent(QMouseEvent* event)
{
    const int point = pointAt(event->position());
    if (point == m_hover)
        return;
    m_hover = point;
    setCursor(point >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
    Q_EMIT hovered(point);
}

void ScatterPlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (const int point = pointAt(event->position()); point >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT chosen(point);
}

void ScatterPlot::leaveEvent(QEvent*)
{
    if (m_hover < 0)
        return;
    m_hover = -1;
    update();
    Q_EMIT hovered(-1);
}

bool ScatterPlot::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_tell) {
        auto* help = static_cast<QHelpEvent*>(event);
        if (const int point = pointAt(help->pos()); point >= 0)
            QToolTip::showText(help->globalPos(), m_tell(point), this);
        else
            QToolTip::showText(help->globalPos(), toolTip(), this);
        return true;
    }
    return QWidget::event(event);
}

}
