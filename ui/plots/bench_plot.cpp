// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/bench_plot.h"

#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

BenchPlot::BenchPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(300, 150);
    setToolTip(tr("A false alarm: it fires in a run that you marked healthy. A miss: it stays silent in one that you "
                  "marked sick of it.\nA strict threshold trades misses for false alarms. Drag the line, or press Left "
                  "and Right."));
}

void BenchPlot::setSpec(Spec spec)
{
    if (m_dragged)
        spec.threshold = m_spec.threshold;
    m_spec = std::move(spec);
    setAccessibleName(tr("False alarms and misses by %1").arg(m_spec.parameter));
    update();
}

SmallAxes BenchPlot::axes() const
{
    const double s = theme().scale;
    SmallAxes axes;
    axes.area = QRectF(40 * s, 28 * s, std::max(10.0, width() - 64 * s), std::max(10.0, height() - 72 * s));
    double lo = m_spec.log ? 0.1 : 0, hi = 1;
    if (!m_spec.points.empty()) {
        lo = m_spec.points.front().threshold;
        hi = m_spec.points.back().threshold;
    }
    if (m_spec.threshold && (!m_spec.log || *m_spec.threshold > 0)) {
        lo = std::min(lo, *m_spec.threshold);
        hi = std::max(hi, *m_spec.threshold);
    }
    if (!(hi > lo))
        hi = m_spec.log ? lo * 10 : lo + 1;
    const double most = double(std::max<qint64>(1, std::max(m_spec.healthy, m_spec.sick)));
    const int rows = std::clamp(int(axes.area.height() / (28 * s)), 2, 5);
    axes.x = {{lo, hi}, axes.area.left(), axes.area.right(), m_spec.log};
    axes.y = {{0, most}, axes.area.bottom(), axes.area.top(), false};
    axes.yTicks = linearTicks(0, most, rows, ValueFormat::Number, true);
    const int columns = std::max(2, int(axes.area.width() / (84 * s)));
    axes.xTicks = m_spec.log ? logTicks(lo, hi, columns) : linearTicks(lo, hi, columns);
    return axes;
}

double BenchPlot::xOf(double threshold) const
{
    const SmallAxes place = axes();
    const bool known = !m_spec.log || threshold > 0;
    return known ? std::clamp(place.x.pixel(threshold), place.area.left(), place.area.right()) : place.area.left();
}

QPointF BenchPlot::handle() const
{
    return {xOf(m_spec.threshold.value_or(0)), axes().area.top() + 10 * theme().scale};
}

void BenchPlot::move(double threshold)
{
    if (!std::isfinite(threshold) || (m_spec.log && threshold <= 0))
        return;
    m_spec.threshold = threshold;
    update();
    Q_EMIT thresholdMoved(threshold);
}

void BenchPlot::mousePressEvent(QMouseEvent* event)
{
    m_dragged = m_spec.threshold && !m_spec.points.empty() && event->button() == Qt::LeftButton &&
                std::abs(event->position().x() - handle().x()) < 8 * theme().scale;
}

void BenchPlot::mouseMoveEvent(QMouseEvent* event)
{
    const bool near = m_spec.threshold && !m_spec.points.empty() &&
                      std::abs(event->position().x() - handle().x()) < 8 * theme().scale;
    setCursor(m_dragged || near ? Qt::SizeHorCursor : Qt::ArrowCursor);
    if (!m_dragged)
        return;
    const SmallAxes place = axes();
    move(place.x.value(std::clamp(event->position().x(), place.area.left(), place.area.right())));
}

void BenchPlot::mouseReleaseEvent(QMouseEvent*)
{
    if (!m_dragged)
        return;
    m_dragged = false;
    Q_EMIT thresholdReleased(*m_spec.threshold);
}

void BenchPlot::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    if (!m_spec.threshold || m_spec.points.empty() || (key != Qt::Key_Left && key != Qt::Key_Right))
        return QWidget::keyPressEvent(event);
    const double right = key == Qt::Key_Right ? 1 : -1;
    const double span = m_spec.points.back().threshold - m_spec.points.front().threshold;
    move(m_spec.log ? *m_spec.threshold * std::pow(1.25, right) : *m_spec.threshold + right * span / 40);
    Q_EMIT thresholdReleased(*m_spec.threshold);
}

void BenchPlot::paintStairs(QPainter& painter, const SmallAxes& axes, bool misses) const
{
    const double s = theme().scale;
    // Where both lie on each other both are seen.
    const double away = misses ? -1 * s : 1 * s;
    QPolygonF line;
    for (std::size_t i = 0; i < m_spec.points.size(); ++i) {
        const Point& point = m_spec.points[i];
        const double y = axes.y.pixel(double(misses ? point.misses : point.falseAlarms)) + away;
        const double x = axes.x.pixel(point.threshold);
        if (i > 0) {
            const double middle = (axes.x.pixel(m_spec.points[i - 1].threshold) + x) / 2;
            line << QPointF(middle, line.back().y()) << QPointF(middle, y);
        }
        line << QPointF(x, y);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(misses ? theme().accent : theme().problem, 2 * s));
    painter.drawPolyline(line);
}

void BenchPlot::paintThreshold(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale;
    if (m_spec.best) {
        const double x = xOf(*m_spec.best);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme().branch);
        painter.drawPolygon(QPolygonF{QPointF(x, axes.area.bottom()), QPointF(x - 5 * s, axes.area.bottom() + 8 * s),
                                      QPointF(x + 5 * s, axes.area.bottom() + 8 * s)});
    }
    if (!m_spec.threshold)
        return;
    const QPointF at = handle();
    QPen pen(theme().text, 1.25 * s);
    pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.drawLine(QPointF(at.x(), axes.area.top()), QPointF(at.x(), axes.area.bottom()));
    painter.setPen(QPen(theme().text, 1.5 * s));
    painter.setBrush(theme().surface);
    painter.drawEllipse(at, 7 * s, 7 * s);
    for (const double right : {-1.0, 1.0})
        painter.drawPolyline(QPolygonF{at + QPointF(right * 1.5 * s, -2.5 * s), at + QPointF(right * 4 * s, 0),
                                       at + QPointF(right * 1.5 * s, 2.5 * s)});
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1.5 * s));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(at, 9.5 * s, 9.5 * s);
    }
}

void BenchPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    if (m_spec.points.empty()) {
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        painter.drawText(rect().adjusted(int(24 * s), 0, -int(24 * s), 0), Qt::AlignCenter | Qt::TextWordWrap,
                         m_spec.empty);
        return;
    }
    const SmallAxes place = axes();
    paintSmallAxes(painter, place, {}, m_spec.parameter, height());
    painter.setRenderHint(QPainter::Antialiasing);
    // What the lines are stands above them in their colours.
    painter.setFont(theme().strong());
    double x = place.area.left();
    for (const auto& [words, color] :
         {std::pair(tr("False alarms in %1 healthy runs").arg(m_spec.healthy), theme().problem),
          std::pair(tr("Misses of %1 sick runs").arg(m_spec.sick), theme().accent)}) {
        painter.setPen(theme().readable(color));
        const double wide = painter.fontMetrics().horizontalAdvance(words);
        painter.drawText(QRectF(x, 0, wide + 4, 20 * s), Qt::AlignLeft | Qt::AlignVCenter, words);
        x += wide + 24 * s;
    }
    paintStairs(painter, place, false);
    paintStairs(painter, place, true);
    paintThreshold(painter, place);
}

}
