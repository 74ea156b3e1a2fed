// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/evidence_plot.h"

#include "ui/plots/label_layout.h"
#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

Range rangeOf(const EvidencePlot::Spec& spec)
{
    double lo = INFINITY, hi = -INFINITY;
    const auto take = [&](double value) {
        if (!std::isfinite(value) || (spec.log && value <= 0))
            return;
        lo = std::min(lo, value);
        hi = std::max(hi, value);
    };
    for (const EvidencePlot::Line& line : spec.lines)
        for (const double value : line.values)
            take(value);
    if (spec.threshold)
        take(*spec.threshold);
    if (!(hi >= lo))
        return spec.log ? Range{0.1, 1} : Range{0, 1};
    if (spec.log)
        return hi > 1.5 * lo ? Range{lo / 1.5, hi * 1.5} : Range{lo / 3, hi * 3};
    const double room = hi > lo ? 0.05 * (hi - lo) : std::max(0.5 * std::abs(hi), 1e-9);
    return {lo >= 0 && lo - room < 0 ? 0 : lo - room, hi + room};
}

}

EvidencePlot::EvidencePlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(300, 150);
}

void EvidencePlot::setSpec(Spec spec)
{
    m_spec = std::move(spec);
    if (!m_dragged)
        m_range = rangeOf(m_spec);
    setAccessibleName(m_spec.title);
    setToolTip(m_spec.draggable
                   ? tr("Drag the threshold: at once you see the steps at which the rule would have fired, "
                        "here and in every recorded run. Up and Down move it too.")
                   : QString());
    update();
}

SmallAxes EvidencePlot::axes() const
{
    const double s = theme().scale;
    SmallAxes axes;
    axes.area = QRectF(64 * s, 28 * s, std::max(10.0, width() - 184 * s), std::max(10.0, height() - 56 * s));
    axes.x = {{0, std::max(1.0, m_spec.last)}, axes.area.left(), axes.area.right(), false};
    const int rows = std::max(2, int(axes.area.height() / (30 * s)));
    axes.y = {m_range, axes.area.bottom(), axes.area.top(), m_spec.log};
    axes.yTicks = m_spec.log ? logTicks(m_range.lo, m_range.hi, rows) : linearTicks(m_range.lo, m_range.hi, rows);
    axes.xTicks =
        linearTicks(0, axes.x.range.hi, std::max(2, int(axes.area.width() / (80 * s))), ValueFormat::Number, true);
    // The threshold's own number has its place on the axis.
    if (m_spec.threshold) {
        const double y = axes.pixelY(*m_spec.threshold);
        std::erase_if(axes.yTicks, [&](const Tick& tick) { return std::abs(axes.y.pixel(tick.value) - y) < 14 * s; });
    }
    return axes;
}

QPointF EvidencePlot::handle() const
{
    const SmallAxes place = axes();
    return {place.area.right() - 10 * theme().scale, place.pixelY(m_spec.threshold.value_or(0))};
}

void EvidencePlot::move(double threshold)
{
    if (!std::isfinite(threshold) || (m_spec.log && threshold <= 0))
        return;
    m_spec.threshold = threshold;
    update();
    Q_EMIT thresholdMoved(threshold);
}

void EvidencePlot::mousePressEvent(QMouseEvent* event)
{
    const QPointF away = event->position() - handle();
    m_dragged = m_spec.draggable && m_spec.threshold && event->button() == Qt::LeftButton &&
                (std::abs(away.y()) < 7 * theme().scale && event->position().x() >= axes().area.left() - 50);
}

void EvidencePlot::mouseMoveEvent(QMouseEvent* event)
{
    const bool near =
        m_spec.draggable && m_spec.threshold && std::abs(event->position().y() - handle().y()) < 7 * theme().scale;
    setCursor(m_dragged || near ? Qt::SizeVerCursor : Qt::ArrowCursor);
    if (!m_dragged)
        return;
    const SmallAxes place = axes();
    const double y = std::clamp(event->position().y(), place.area.top(), place.area.bottom());
    move(place.y.value(y));
}

void EvidencePlot::mouseReleaseEvent(QMouseEvent*)
{
    if (!m_dragged)
        return;
    m_dragged = false;
    Q_EMIT thresholdReleased(*m_spec.threshold);
}

void EvidencePlot::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    if (!m_spec.draggable || !m_spec.threshold || (key != Qt::Key_Up && key != Qt::Key_Down))
        return QWidget::keyPressEvent(event);
    const double up = key == Qt::Key_Up ? 1 : -1;
    move(m_spec.log ? *m_spec.threshold * std::pow(1.25, up) : *m_spec.threshold + up * m_range.span() / 40);
    Q_EMIT thresholdReleased(*m_spec.threshold);
}

QColor EvidencePlot::colorOf(std::size_t line) const
{
    if (m_spec.lines[line].fires)
        return theme().problem;
    if (m_spec.lines.size() == 1)
        return theme().accent;
    return theme().sequential(0.15 + 0.7 * double(line) / double(m_spec.lines.size() - 1));
}

void EvidencePlot::paintThreshold(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale, y = axes.pixelY(*m_spec.threshold);
    QColor zone = theme().problem;
    zone.setAlphaF(theme().dark ? 0.14F : 0.08F);
    painter.fillRect(m_spec.above ? QRectF(axes.area.topLeft(), QPointF(axes.area.right(), y))
                                  : QRectF(QPointF(axes.area.left(), y), axes.area.bottomRight()),
                     zone);
    QPen pen(theme().problem, 1.25 * s);
    pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.drawLine(QPointF(axes.area.left(), y), QPointF(axes.area.right(), y));
    painter.setFont(theme().strong());
    painter.setPen(theme().readable(theme().problem));
    painter.drawText(QRectF(0, y - 10 * s, axes.area.left() - 8 * s, 20 * s), Qt::AlignRight | Qt::AlignVCenter,
                     style::number(*m_spec.threshold, 3));
    if (!m_spec.draggable)
        return;
    const QPointF middle = handle();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().problem, 1.5 * s));
    painter.setBrush(theme().surface);
    painter.drawEllipse(middle, 7 * s, 7 * s);
    for (const double up : {-1.0, 1.0})
        painter.drawPolyline(QPolygonF{middle + QPointF(-2.5 * s, up * 1.5 * s), middle + QPointF(0, up * 4 * s),
                                       middle + QPointF(2.5 * s, up * 1.5 * s)});
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1.5 * s));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(middle, 9.5 * s, 9.5 * s);
    }
}

void EvidencePlot::paintLines(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale;
    painter.save();
    painter.setClipRect(axes.area.adjusted(-1, -2, 1, 2));
    for (std::size_t l = 0; l < m_spec.lines.size(); ++l) {
        const Line& line = m_spec.lines[l];
        painter.setPen(QPen(colorOf(l), (line.fires || m_spec.lines.size() == 1 ? 2 : 1.25) * s));
        painter.setBrush(Qt::NoBrush);
        // Two points a pixel column are enough: the least and the greatest.
        QPolygonF drawn;
        double column = -1, low = 0, high = 0;
        const auto close = [&] {
            if (column >= 0) {
                drawn << QPointF(column, low);
                if (high != low)
                    drawn << QPointF(column, high);
            }
        };
        for (std::size_t i = 0; i < line.steps.size(); ++i) {
            if (!std::isfinite(line.values[i])) {
                close();
                painter.drawPolyline(drawn);
                drawn.clear();
                column = -1;
                continue;
            }
            const double x = std::round(axes.x.pixel(line.steps[i])), y = axes.pixelY(line.values[i]);
            if (x != column) {
                close();
                column = x;
                low = high = y;
            }
            low = std::min(low, y);
            high = std::max(high, y);
        }
        close();
        if (drawn.size() == 1)
            painter.drawEllipse(drawn.front(), 2.5 * s, 2.5 * s);
        painter.drawPolyline(drawn);
    }
    painter.restore();
}

void EvidencePlot::paintNames(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale;
    std::vector<LabelSlot> labels;
    std::vector<std::size_t> of;
    for (std::size_t l = 0; l < m_spec.lines.size(); ++l) {
        const auto& values = m_spec.lines[l].values;
        const auto last = std::find_if(values.rbegin(), values.rend(), [](double v) { return std::isfinite(v); });
        if (last == values.rend())
            continue;
        labels.push_back({axes.pixelY(*last), 18 * s, 0, true, m_spec.lines[l].fires ? 0 : int(l) + 1});
        of.push_back(l);
    }
    spreadLabels(labels, axes.area.top() - 8 * s, axes.area.bottom() + 8 * s);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!labels[i].shown)
            continue;
        const Line& line = m_spec.lines[of[i]];
        painter.setFont(line.fires ? theme().strong() : theme().body());
        painter.setPen(line.fires ? theme().readable(theme().problem) : theme().muted);
        const QRectF room(axes.area.right() + 8 * s, labels[i].middle - 9 * s, width() - axes.area.right() - 8 * s,
                          18 * s);
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(line.name, Qt::ElideMiddle, int(room.width())));
    }
}

void EvidencePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (m_spec.lines.empty()) {
        painter.setPen(theme().muted);
        painter.setFont(theme().body());
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, m_spec.empty);
        return;
    }
    const SmallAxes place = axes();
    paintSmallAxes(painter, place, m_spec.title, {}, height());
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_spec.first) {
        QPen pen(theme().problem, theme().scale);
        pen.setDashPattern({1, 2});
        painter.setPen(pen);
        const double x = place.x.pixel(*m_spec.first);
        painter.drawLine(QPointF(x, place.area.top()), QPointF(x, place.area.bottom()));
    }
    paintLines(painter, place);
    if (m_spec.threshold)
        paintThreshold(painter, place);
    paintNames(painter, place);
}

}
