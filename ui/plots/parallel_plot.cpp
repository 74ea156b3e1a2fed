// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/parallel_plot.h"

#include "ui/style/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double grip = 10;         ///< beside an axis
constexpr double smallBrush = 0.02; ///< a shorter drag is a click

}

ParallelPlot::ParallelPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setMinimumSize(260, 150);
    setAccessibleName(tr("Parallel coordinates"));
}

void ParallelPlot::setAxes(std::vector<Axis> axes)
{
    const bool same = axes.size() == m_axes.size() && std::ranges::equal(axes, m_axes, {}, &Axis::name, &Axis::name);
    m_axes = std::move(axes);
    if (!same)
        clearBrushes();
    update();
}

void ParallelPlot::setLines(std::vector<Line> lines)
{
    m_lines = std::move(lines);
    update();
    if (brushed())
        Q_EMIT brushChanged();
}

void ParallelPlot::setLit(qint64 trial)
{
    m_lit = trial;
    update();
}

void ParallelPlot::clearBrushes()
{
    if (m_brushes.empty())
        return;
    m_brushes.clear();
    update();
    Q_EMIT brushChanged();
}

std::vector<qint64> ParallelPlot::inside() const
{
    std::vector<qint64> trials;
    for (const Line& line : m_lines)
        if (isInside(line))
            trials.push_back(line.trial);
    return trials;
}

bool ParallelPlot::isInside(const Line& line) const
{
    return std::ranges::all_of(m_brushes, [&](const auto& brush) {
        const double at = line.places[std::size_t(brush.first)];
        return at >= brush.second.lo && at <= brush.second.hi;
    });
}

// --- Geometry

QRectF ParallelPlot::area() const
{
    const double s = theme().scale;
    return {64 * s, 32 * s, width() - 128 * s, height() - 44 * s};
}

double ParallelPlot::axisX(int axis) const
{
    const QRectF place = area();
    const int gaps = std::max(1, int(m_axes.size()) - 1);
    return std::round(place.left() + place.width() * axis / gaps) + 0.5;
}

QPointF ParallelPlot::placeOf(int axis, double place) const
{
    return {axisX(axis), area().bottom() - place * area().height()};
}

double ParallelPlot::placeAt(double y) const
{
    return std::clamp((area().bottom() - y) / area().height(), 0.0, 1.0);
}

int ParallelPlot::axisAt(const QPointF& position) const
{
    const QRectF place = area().adjusted(0, -8, 0, 8);
    if (position.y() < place.top() || position.y() > place.bottom())
        return -1;
    for (int i = 0; i < int(m_axes.size()); ++i)
        if (std::abs(axisX(i) - position.x()) <= grip * theme().scale)
            return i;
    return -1;
}

QPolygonF ParallelPlot::drawn(const Line& line) const
{
    QPolygonF points;
    for (int i = 0; i < int(m_axes.size()) && i < int(line.places.size()); ++i)
        if (const double at = line.places[std::size_t(i)]; std::isfinite(at))
            points << placeOf(i, at);
    return points;
}

qint64 ParallelPlot::trialAt(const QPointF& position) const
{
    qint64 nearest = -1;
    double best = 6 * theme().scale;
    for (const Line& line : m_lines) {
        const QPolygonF points = drawn(line);
        for (qsizetype i = 1; i < points.size(); ++i) {
            const QPointF a = points[i - 1], b = points[i];
            if (position.x() < a.x() || position.x() > b.x())
                continue;
            const double y = a.y() + (b.y() - a.y()) * (position.x() - a.x()) / std::max(1.0, b.x() - a.x());
            if (const double far = std::abs(y - position.y()); far < best && isInside(line)) {
                best = far;
                nearest = line.trial;
            }
        }
    }
    return nearest;
}

// --- Mouse

void ParallelPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (m_dragged >= 0) {
        const double to = placeAt(event->position().y());
        if (std::abs(to - m_from) > smallBrush) {
            m_brushes[m_dragged] = {std::min(m_from, to), std::max(m_from, to)};
            update();
            Q_EMIT brushChanged();
        }
        return;
    }
    setCursor(axisAt(event->position()) >= 0 ? Qt::SizeVerCursor : Qt::ArrowCursor);
    Q_EMIT hovered(trialAt(event->position()));
}

void ParallelPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_dragged = axisAt(event->position());
    m_from = placeAt(event->position().y());
    if (m_dragged < 0)
        if (const qint64 trial = trialAt(event->position()); trial >= 0)
            Q_EMIT chosen(trial);
}

void ParallelPlot::mouseReleaseEvent(QMouseEvent* event)
{
    const int axis = std::exchange(m_dragged, -1);
    if (axis < 0 || std::abs(placeAt(event->position().y()) - m_from) > smallBrush)
        return;
    if (m_brushes.erase(axis)) {
        update();
        Q_EMIT brushChanged();
    }
}

void ParallelPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (axisAt(event->position()) >= 0)
        return;
    if (const qint64 trial = trialAt(event->position()); trial >= 0)
        Q_EMIT opened(trial);
}

void ParallelPlot::leaveEvent(QEvent*)
{
    Q_EMIT hovered(-1);
}

// --- Painting

void ParallelPlot::paintLine(QPainter& painter, const Line& line, bool lit) const
{
    const double s = theme().scale;
    QColor color = lit ? theme().accent : theme().muted;
    if (!lit)
        color.setAlphaF(isInside(line) ? 0.6F : 0.15F);
    painter.setPen(QPen(color, (lit ? 2.5 : 1) * s));
    painter.setBrush(Qt::NoBrush);
    const QPolygonF points = drawn(line);
    painter.drawPolyline(points);
    if (!lit)
        return;
    painter.setBrush(theme().ground);
    for (const QPointF& point : points)
        painter.drawEllipse(point, 3.5 * s, 3.5 * s);
}

void ParallelPlot::paintAxis(QPainter& painter, int axis) const
{
    const double s = theme().scale, x = axisX(axis);
    const bool last = axis + 1 == int(m_axes.size());
    const Axis& what = m_axes[std::size_t(axis)];
    painter.setPen(QPen(theme().axis, 1));
    painter.drawLine(placeOf(axis, 0), placeOf(axis, 1));
    painter.setFont(theme().body());
    for (const Tick& tick : what.ticks) {
        const double y = placeOf(axis, tick.value).y();
        painter.setPen(QPen(theme().axis, 1));
        painter.drawLine(QPointF(x - 3 * s, y), QPointF(x + 3 * s, y));
        painter.setPen(theme().muted);
        const QRectF room =
            last ? QRectF(x + 8 * s, y - 10 * s, 60 * s, 20 * s) : QRectF(x - 68 * s, y - 10 * s, 60 * s, 20 * s);
        painter.drawText(room, int(last ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(tick.label, Qt::ElideRight, int(60 * s)));
    }
    painter.setPen(theme().text);
    painter.setFont(theme().medium());
    const double wide = 2 * std::min(64.0 * s, x);
    painter.drawText(QRectF(x - wide / 2, 0, wide, 20 * s), Qt::AlignCenter,
                     painter.fontMetrics().elidedText(what.name, Qt::ElideMiddle, int(wide)));
    const auto brush = m_brushes.find(axis);
    if (brush == m_brushes.end())
        return;
    QColor tint = theme().accent;
    tint.setAlphaF(0.2F);
    const QRectF box(QPointF(x - 5 * s, placeOf(axis, brush->second.hi).y()),
                     QPointF(x + 5 * s, placeOf(axis, brush->second.lo).y()));
    painter.fillRect(box, tint);
    painter.setPen(QPen(theme().accent, 2 * s));
    painter.drawLine(box.topLeft() - QPointF(3 * s, 0), box.topRight() + QPointF(3 * s, 0));
    painter.drawLine(box.bottomLeft() - QPointF(3 * s, 0), box.bottomRight() + QPointF(3 * s, 0));
}

void ParallelPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Line* lit = nullptr;
    for (const Line& line : m_lines)
        if (line.trial == m_lit)
            lit = &line;
        else
            paintLine(painter, line, false);
    for (int i = 0; i < int(m_axes.size()); ++i)
        paintAxis(painter, i);
    if (lit)
        paintLine(painter, *lit, true);
}

}
