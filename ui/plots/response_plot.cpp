// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/response_plot.h"

#include "ui/style/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace ui::plots {

using style::theme;

ResponsePlot::ResponsePlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setMinimumSize(280, 180);
}

void ResponsePlot::setSpec(Spec spec)
{
    m_spec = std::move(spec);
    m_hovered = -1;
    QStringList told;
    for (const Choice& choice : m_spec.choices)
        told << choice.name + QLatin1Char(' ') + style::number(choice.x);
    setAccessibleName(m_spec.yTitle + tr(" against ") + m_spec.xTitle);
    setAccessibleDescription(told.join(QStringLiteral("; ")));
    update();
}

SmallAxes ResponsePlot::axes() const
{
    const double s = theme().scale;
    SmallAxes axes;
    axes.area = QRectF(56 * s, 30 * s, width() - 72 * s, height() - 76 * s);
    Range x{1, 10}, y{0, 1};
    if (!m_spec.curve.empty()) {
        const auto low = [](const auto& points, auto part) {
            return part(*std::ranges::min_element(points, {}, part));
        };
        const auto high = [](const auto& points, auto part) {
            return part(*std::ranges::max_element(points, {}, part));
        };
        const auto byX = [](const QPointF& point) { return point.x(); };
        const auto byY = [](const QPointF& point) { return point.y(); };
        x = {low(m_spec.curve, byX), high(m_spec.curve, byX)};
        y = {low(m_spec.curve, byY), high(m_spec.curve, byY)};
        // A loss that has run away would press everything else flat.
        if (!m_spec.dots)
            y.hi = std::min(y.hi, y.lo + 2.5 * std::max(1e-12, m_spec.curve.front().y() - y.lo));
        else
            y.lo = 0;
    }
    if (x.hi <= x.lo)
        x = {x.lo / 2, x.lo * 2};
    const int columns = std::max(2, int(axes.area.width() / (72 * s))),
              rows = std::max(2, int(axes.area.height() / (34 * s)));
    y = niceRange(y.lo, y.hi > y.lo ? y.hi : y.lo + 1, m_spec.logY, rows);
    axes.x = {x, axes.area.left(), axes.area.right(), m_spec.logX};
    axes.y = {y, axes.area.bottom(), axes.area.top(), m_spec.logY};
    axes.xTicks = m_spec.logX ? logTicks(x.lo, x.hi, columns) : linearTicks(x.lo, x.hi, columns);
    if (m_spec.dots) {
        axes.xTicks.clear();
        for (const QPointF& point : m_spec.curve)
            axes.xTicks.push_back({point.x(), style::count(qRound64(point.x()))});
    }
    axes.yTicks = m_spec.logY ? logTicks(y.lo, y.hi, rows) : linearTicks(y.lo, y.hi, rows);
    return axes;
}

double ResponsePlot::valueAt(double x) const
{
    const auto& curve = m_spec.curve;
    const auto after = std::ranges::lower_bound(curve, x, {}, &QPointF::x);
    if (after == curve.end())
        return curve.empty() ? 0 : curve.back().y();
    if (after == curve.begin())
        return after->y();
    const QPointF from = *(after - 1);
    return from.y() + (after->y() - from.y()) * (x - from.x()) / (after->x() - from.x());
}

QPointF ResponsePlot::placeOf(std::size_t choice) const
{
    const SmallAxes place = axes();
    const double x = m_spec.choices[choice].x;
    return {place.x.pixel(x), std::clamp(place.y.pixel(valueAt(x)), place.area.top(), place.area.bottom())};
}

int ResponsePlot::choiceAt(const QPointF& position) const
{
    const QRectF area = axes().area;
    int nearest = -1;
    double best = 10 * theme().scale;
    for (std::size_t i = 0; i < m_spec.choices.size(); ++i)
        if (const double far = std::abs(placeOf(i).x() - position.x()); far <= best && position.y() <= area.bottom()) {
            best = far;
            nearest = int(i);
        }
    return nearest;
}

void ResponsePlot::mouseMoveEvent(QMouseEvent* event)
{
    m_hovered = choiceAt(event->position());
    setCursor(m_hovered >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void ResponsePlot::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void ResponsePlot::mousePressEvent(QMouseEvent* event)
{
    if (const int choice = choiceAt(event->position()); choice >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT chosen(choice);
}

void ResponsePlot::paintChoices(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale;
    std::vector<QRectF> taken;
    if (m_spec.mark > 0 && m_spec.mark >= axes.x.range.lo && m_spec.mark <= axes.x.range.hi) {
        const double x = axes.x.pixel(m_spec.mark);
        QPen pen(theme().muted, 1 * s);
        pen.setDashPattern({1, 2});
        painter.setPen(pen);
        painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom()));
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        const QRectF name(x + 4 * s, axes.area.bottom() - 20 * s, 60 * s, 18 * s);
        painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter, tr("now"));
    }
    for (std::size_t i = 0; i < m_spec.choices.size(); ++i) {
        const QPointF at = placeOf(i);
        painter.setPen(QPen(theme().accent, (int(i) == m_hovered ? 2 : 1) * s));
        painter.drawLine(QPointF(at.x(), axes.area.top()), QPointF(at.x(), axes.area.bottom()));
        painter.setBrush(int(i) == m_hovered ? theme().accent : theme().surface);
        painter.drawEllipse(at, 4.5 * s, 4.5 * s);
        painter.setFont(theme().strong());
        const double wide = painter.fontMetrics().horizontalAdvance(m_spec.choices[i].name) + 8 * s;
        QRectF name(at.x() + 4 * s, axes.area.top() - 2 * s, wide, 18 * s);
        if (name.right() > width())
            name.moveRight(at.x() - 4 * s);
        while (std::ranges::any_of(taken, [&](const QRectF& other) { return other.intersects(name); }))
            name.translate(0, 18 * s);
        taken.push_back(name);
        painter.fillRect(name, theme().surface);
        painter.setPen(theme().readable(theme().accent));
        painter.drawText(name, Qt::AlignCenter, m_spec.choices[i].name);
    }
}

void ResponsePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const SmallAxes place = axes();
    paintSmallAxes(painter, place, m_spec.yTitle, m_spec.xTitle, height());
    painter.setRenderHint(QPainter::Antialiasing);
    const auto line = [&](const std::vector<QPointF>& points, const QPen& pen) {
        QPolygonF drawn;
        for (const QPointF& point : points)
            drawn << QPointF(place.x.pixel(point.x()), place.y.pixel(point.y()));
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(drawn);
        for (const QPointF& point : m_spec.dots ? drawn : QPolygonF()) {
            painter.setBrush(theme().accent);
            painter.drawEllipse(point, 3 * theme().scale, 3 * theme().scale);
        }
    };
    painter.save();
    painter.setClipRect(place.area.adjusted(-4, -4, 4, 4));
    QColor faint = theme().accent;
    faint.setAlphaF(0.15F);
    line(m_spec.faint, QPen(faint, 1));
    line(m_spec.curve, QPen(theme().accent, 2 * theme().scale));
    painter.restore();
    paintChoices(painter, place);
}

}
