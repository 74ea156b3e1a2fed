// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/futures_plot.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

FuturesPlot::FuturesPlot(QWidget* parent) : QWidget(parent)
{
    setMinimumSize(360, 140);
    setToolTip(tr("Both begin at the same moment, with the same weights and the same batches. What differs after it is "
                  "the change alone."));
}

void FuturesPlot::setSpec(Spec spec)
{
    m_spec = std::move(spec);
    setAccessibleName(m_spec.title);
    update();
}

SmallAxes FuturesPlot::axes(bool right) const
{
    const double s = theme().scale, half = (width() - 64 * s) / 2;
    SmallAxes axes;
    axes.area = QRectF((right ? 64 * s + half + 20 * s : 64 * s), 28 * s, std::max(10.0, half - 24 * s),
                       std::max(10.0, height() - 56 * s));
    double lo = INFINITY, hi = -INFINITY;
    const auto take = [&](const Curve& curve) {
        for (std::size_t i = 0; i < curve.values.size(); ++i)
            if (std::isfinite(curve.values[i]) && (!m_spec.log || curve.values[i] > 0) &&
                curve.steps[i] >= m_spec.from) {
                lo = std::min(lo, curve.values[i]);
                hi = std::max(hi, curve.values[i]);
            }
    };
    take(m_spec.asItIs);
    for (const Curve& curve : m_spec.changed)
        take(curve);
    if (!(hi >= lo))
        lo = m_spec.log ? 0.1 : 0, hi = 1;
    const int rows = std::max(2, int(axes.area.height() / (36 * s)));
    if (hi - lo < 1e-12)
        hi = lo + std::max(1e-6, std::abs(lo));
    const Range range = niceRange(lo, hi, m_spec.log, rows, m_spec.format);
    axes.y = {range, axes.area.bottom(), axes.area.top(), m_spec.log};
    axes.x = {{m_spec.from, std::max(m_spec.to, m_spec.from + 1)}, axes.area.left(), axes.area.right(), false};
    axes.yTicks = m_spec.log ? logTicks(range.lo, range.hi, rows, m_spec.format)
                             : linearTicks(range.lo, range.hi, rows, m_spec.format);
    if (right)
        for (Tick& tick : axes.yTicks)
            tick.label.clear();
    axes.xTicks = linearTicks(axes.x.range.lo, axes.x.range.hi, std::max(2, int(axes.area.width() / (72 * s))),
                              ValueFormat::Number, true);
    return axes;
}

QPolygonF FuturesPlot::drawn(const SmallAxes& axes, const Curve& curve) const
{
    QPolygonF line;
    for (std::size_t i = 0; i < curve.steps.size(); ++i)
        if (std::isfinite(curve.values[i]) && curve.steps[i] >= m_spec.from)
            line << QPointF(axes.x.pixel(curve.steps[i]), axes.pixelY(curve.values[i]));
    return line;
}

void FuturesPlot::paintHalf(QPainter& painter, bool right) const
{
    const double s = theme().scale;
    const SmallAxes place = axes(right);
    paintSmallAxes(painter, place, right ? QString() : m_spec.title, {}, height());
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = right ? theme().branch : theme().accent;
    const QColor written = right ? theme().branchText : theme().accentText;
    const QString name =
        right ? (m_spec.changed.empty() ? tr("With the change") : m_spec.changed.front().name) : m_spec.asItIs.name;
    painter.setFont(theme().strong());
    painter.setPen(theme().readable(written));
    const double begin = right ? place.area.left() : place.area.left() + 110 * s;
    painter.drawText(QRectF(begin, 0, place.area.right() - begin, 20 * s), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(name, Qt::ElideRight, int(place.area.right() - begin)));
    painter.setClipRect(QRectF(place.area.left() - 2, 0, place.area.width() + 8 * s, height()));
    painter.setBrush(Qt::NoBrush);
    if (right) {
        QPen dashed(theme().accent, s);
        dashed.setDashPattern({3, 3});
        painter.setPen(dashed);
        painter.drawPolyline(drawn(place, m_spec.asItIs));
        QColor faint = color;
        faint.setAlphaF(0.35F);
        painter.setPen(QPen(faint, s));
        for (std::size_t i = 1; i < m_spec.changed.size(); ++i)
            painter.drawPolyline(drawn(place, m_spec.changed[i]));
    }
    if (!right || !m_spec.changed.empty()) {
        const QPolygonF line = drawn(place, right ? m_spec.changed.front() : m_spec.asItIs);
        painter.setPen(QPen(color, 2.25 * s));
        painter.drawPolyline(line);
        if (!line.isEmpty()) {
            painter.setBrush(color);
            painter.drawEllipse(line.back(), 3.5 * s, 3.5 * s);
        }
    }
    painter.setClipping(false);
}

void FuturesPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintHalf(painter, false);
    paintHalf(painter, true);
}

}
