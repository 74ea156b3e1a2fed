// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/spread_plot.h"

#include "ui/plots/label_layout.h"
#include "ui/style/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

SpreadPlot::SpreadPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setMinimumSize(320, 200);
    setFocusPolicy(Qt::StrongFocus);
}

void SpreadPlot::setSpec(Spec spec)
{
    m_spec = std::move(spec);
    if (m_lit.curve >= int(m_spec.curves.size()) ||
        (m_lit.curve >= 0 && m_lit.point >= int(m_spec.curves[std::size_t(m_lit.curve)].points.size())))
        m_lit = {};
    setAccessibleName(m_spec.yTitle + tr(" against ") + m_spec.xTitle);
    update();
}

QString SpreadPlot::text(double value) const
{
    return m_spec.format == ValueFormat::Percent ? style::percent(value) : style::number(value);
}

Range SpreadPlot::valueRange() const
{
    double lo = INFINITY, hi = -INFINITY;
    for (const Curve& curve : m_spec.curves)
        for (const Point& point : curve.points)
            if (point.any) {
                const double low = point.mean - point.spread;
                lo = std::min(lo, m_spec.logY && low <= 0 ? point.mean : low);
                hi = std::max(hi, point.mean + point.spread);
            }
    if (!(hi >= lo))
        return {0, 1};
    if (hi - lo < 1e-9 * std::max(1.0, std::abs(hi)))
        return m_spec.logY ? Range{lo / 2, hi * 2}
                           : Range{lo - 0.5 * std::abs(lo) - 1e-9, hi + 0.5 * std::abs(hi) + 1e-9};
    return {lo, hi};
}

SmallAxes SpreadPlot::axes() const
{
    const double s = theme().scale;
    SmallAxes axes;
    axes.area = QRectF(60 * s, 30 * s, std::max(10.0, width() - 200 * s), std::max(10.0, height() - 76 * s));
    double lo = INFINITY, hi = -INFINITY;
    for (const Curve& curve : m_spec.curves)
        for (const Point& point : curve.points) {
            lo = std::min(lo, point.x);
            hi = std::max(hi, point.x);
        }
    const bool log = m_spec.scale != Scale::Linear;
    if (!(hi >= lo))
        lo = 1, hi = 10;
    if (hi <= lo)
        lo = log ? lo / 2 : lo - 1, hi = log ? hi * 2 : hi + 1;
    const int columns = std::max(2, int(axes.area.width() / (64 * s))),
              rows = std::max(2, int(axes.area.height() / (40 * s)));
    const Range values = valueRange();
    const bool logY = m_spec.logY && values.lo > 0;
    axes.x = {{lo, hi}, axes.area.left() + 10 * s, axes.area.right() - 4 * s, log};
    axes.y = {niceRange(values.lo, values.hi, logY, rows, m_spec.format), axes.area.bottom(), axes.area.top(), logY};
    axes.yTicks = logY ? logTicks(axes.y.range.lo, axes.y.range.hi, rows, m_spec.format)
                       : linearTicks(axes.y.range.lo, axes.y.range.hi, rows, m_spec.format);
    if (m_spec.scale == Scale::Log) {
        axes.xTicks = logTicks(lo, hi, columns);
    } else {
        for (const Curve& curve : m_spec.curves)
            for (const Point& point : curve.points)
                if (std::ranges::find(axes.xTicks, point.x, &Tick::value) == axes.xTicks.end())
                    axes.xTicks.push_back({point.x, style::count(qRound64(point.x))});
        std::ranges::sort(axes.xTicks, {}, &Tick::value);
    }
    return axes;
}

/// What diverged has no value: it stands above the plot's upper edge.
QPointF SpreadPlot::at(const SmallAxes& axes, const Point& point) const
{
    return {axes.x.pixel(point.x), point.any ? axes.pixelY(point.mean) : axes.area.top()};
}

QPointF SpreadPlot::placeOf(std::size_t curve, std::size_t point) const
{
    return at(axes(), m_spec.curves[curve].points[point]);
}

SpreadPlot::Place SpreadPlot::nearest(const QPointF& position) const
{
    const SmallAxes place = axes();
    Place found;
    double best = 14 * theme().scale;
    for (std::size_t c = 0; c < m_spec.curves.size(); ++c)
        for (std::size_t p = 0; p < m_spec.curves[c].points.size(); ++p) {
            const Point& point = m_spec.curves[c].points[p];
            if (!point.any && point.diverged == 0)
                continue;
            const QPointF away = at(place, point) - position;
            if (const double far = std::hypot(away.x(), away.y()); far < best) {
                best = far;
                found = {int(c), int(p)};
            }
        }
    return found;
}

void SpreadPlot::light(Place place)
{
    if (place == m_lit)
        return;
    m_lit = place;
    setCursor(place.curve >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void SpreadPlot::mouseMoveEvent(QMouseEvent* event)
{
    light(nearest(event->position()));
}

void SpreadPlot::leaveEvent(QEvent*)
{
    light({});
}

void SpreadPlot::mousePressEvent(QMouseEvent* event)
{
    if (const Place place = nearest(event->position()); place.curve >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT chosen(place.curve, place.point);
}

void SpreadPlot::focusInEvent(QFocusEvent* event)
{
    if (m_lit.curve < 0 && !m_spec.curves.empty() && !m_spec.curves.front().points.empty())
        light({0, 0});
    QWidget::focusInEvent(event);
}

/// Left and right go along a curve, up and down to the next one, Enter chooses.
void SpreadPlot::keyPressEvent(QKeyEvent* event)
{
    Place place = m_lit;
    const int key = event->key();
    if (place.curve < 0 || m_spec.curves.empty())
        return QWidget::keyPressEvent(event);
    if (key == Qt::Key_Return || key == Qt::Key_Enter)
        Q_EMIT chosen(place.curve, place.point);
    else if (key == Qt::Key_Left || key == Qt::Key_Right)
        place.point += key == Qt::Key_Right ? 1 : -1;
    else if (key == Qt::Key_Up || key == Qt::Key_Down)
        place.curve += key == Qt::Key_Down ? 1 : -1;
    else
        return QWidget::keyPressEvent(event);
    place.curve = std::clamp(place.curve, 0, int(m_spec.curves.size()) - 1);
    place.point = std::clamp(place.point, 0, int(m_spec.curves[std::size_t(place.curve)].points.size()) - 1);
    light(place);
}

void SpreadPlot::paintCurve(QPainter& painter, const SmallAxes& axes, std::size_t number) const
{
    const Curve& curve = m_spec.curves[number];
    const double s = theme().scale;
    const QColor color = theme().run(curve.color);
    QPolygonF line, upper, lower;
    for (const Point& point : curve.points)
        if (point.any) {
            const QPointF middle = at(axes, point);
            line << middle;
            upper << QPointF(middle.x(), axes.pixelY(point.mean + point.spread));
            lower.prepend(QPointF(middle.x(), axes.pixelY(point.mean - point.spread)));
        }
    QColor pale = color;
    pale.setAlphaF(theme().dark ? 0.20F : 0.13F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(pale);
    if (!curve.thin && line.size() > 1)
        painter.drawPolygon(upper + lower);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, (curve.thin ? 1.25 : 2.75) * s));
    painter.drawPolyline(line);
    for (std::size_t p = 0; p < curve.points.size(); ++p) {
        const Point& point = curve.points[p];
        const QPointF middle = at(axes, point);
        const bool lit = m_lit == Place{int(number), int(p)};
        if (point.any) {
            painter.setPen(QPen(color, s));
            if (!curve.thin && point.spread > 0)
                painter.drawLine(QPointF(middle.x(), axes.pixelY(point.mean - point.spread)),
                                 QPointF(middle.x(), axes.pixelY(point.mean + point.spread)));
            painter.setBrush(curve.thin ? theme().ground : color);
            const double r = ((curve.thin ? 2.5 : 3.5) + (lit ? 2 : 0)) * s;
            painter.drawEllipse(middle, r, r);
        }
        if (point.diverged > 0 && !curve.thin) {
            const double r = (lit ? 6 : 4) * s, y = axes.area.top() + number * 10 * s;
            painter.setPen(QPen(theme().problem, 1.75 * s));
            painter.drawLine(QPointF(middle.x() - r, y - r), QPointF(middle.x() + r, y + r));
            painter.drawLine(QPointF(middle.x() - r, y + r), QPointF(middle.x() + r, y - r));
        }
    }
}

void SpreadPlot::paintNames(QPainter& painter, const SmallAxes& axes) const
{
    const double s = theme().scale, line = 18 * s;
    std::vector<LabelSlot> labels;
    std::vector<std::size_t> of;
    for (std::size_t c = 0; c < m_spec.curves.size(); ++c) {
        const auto& points = m_spec.curves[c].points;
        const auto last = std::find_if(points.rbegin(), points.rend(), [](const Point& p) { return p.any; });
        if (last == points.rend())
            continue;
        labels.push_back({at(axes, *last).y(), m_spec.curves[c].note.isEmpty() ? line : 2 * line});
        of.push_back(c);
    }
    spreadLabels(labels, axes.area.top() - line, axes.area.bottom() + line);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!labels[i].shown)
            continue;
        const Curve& curve = m_spec.curves[of[i]];
        const QRectF room(axes.area.right() + 10 * s, labels[i].middle - labels[i].height / 2,
                          width() - axes.area.right() - 12 * s, line);
        painter.setPen(theme().runText(curve.color));
        painter.setFont(curve.thin ? theme().body() : theme().strong());
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(curve.name, Qt::ElideRight, int(room.width())));
        if (curve.note.isEmpty())
            continue;
        painter.setPen(theme().muted);
        painter.setFont(theme().body());
        painter.drawText(room.translated(0, line), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(curve.note, Qt::ElideRight, int(room.width())));
    }
}

void SpreadPlot::paintChip(QPainter& painter, const SmallAxes& axes) const
{
    if (m_lit.curve < 0)
        return;
    const Curve& curve = m_spec.curves[std::size_t(m_lit.curve)];
    const Point& point = curve.points[std::size_t(m_lit.point)];
    QStringList lines{point.label + QStringLiteral(", ") + curve.name};
    if (point.any)
        lines
            << (point.runs > 1
                    ? tr("%1 ± %2 over %3 seeds").arg(text(point.mean), text(point.spread), QString::number(point.runs))
                    : text(point.mean));
    if (point.diverged > 0)
        lines << (point.diverged == 1 ? tr("1 run diverged") : tr("%1 runs diverged").arg(point.diverged));
    lines << tr("Click to open a run");
    const double s = theme().scale;
    painter.setFont(theme().body());
    double wide = 0;
    for (const QString& each : lines)
        wide = std::max(wide, double(painter.fontMetrics().horizontalAdvance(each)));
    const QPointF middle = at(axes, point);
    QRectF chip(middle.x() + 12 * s, middle.y() + 10 * s, wide + 16 * s, (lines.size() * 18 + 10) * s);
    if (chip.right() > width())
        chip.moveRight(middle.x() - 12 * s);
    if (chip.bottom() > height())
        chip.moveBottom(middle.y() - 10 * s);
    painter.setPen(QPen(theme().line, 1));
    painter.setBrush(theme().surface);
    painter.drawRoundedRect(chip, 6, 6);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        painter.setPen(i + 1 == lines.size() ? theme().muted : theme().text);
        painter.drawText(chip.adjusted(8 * s, (5 + i * 18) * s, 0, 0), Qt::AlignLeft | Qt::AlignTop, lines[i]);
    }
}

void SpreadPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (m_spec.curves.empty()) {
        painter.setPen(theme().muted);
        painter.setFont(theme().body());
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_spec.empty);
        return;
    }
    const SmallAxes place = axes();
    paintSmallAxes(painter, place, m_spec.yTitle, m_spec.xTitle, height());
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t c = 0; c < m_spec.curves.size(); ++c)
        paintCurve(painter, place, c);
    paintNames(painter, place);
    paintChip(painter, place);
}

}
