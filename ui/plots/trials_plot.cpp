// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/trials_plot.h"

#include "ui/style/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double mouseReach = 12; ///< of the mouse
constexpr double headingHeight = 20;

double distance(const QPointF& p, const QPointF& a, const QPointF& b)
{
    const QPointF along = b - a;
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(p - a, along) / length, 0.0, 1.0) : 0;
    const QPointF off = p - (a + t * along);
    return std::hypot(off.x(), off.y());
}

}

TrialsPlot::TrialsPlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setMinimumSize(240, 120);
}

void TrialsPlot::setSpec(Spec spec)
{
    m_spec = std::move(spec);
    setAccessibleName(m_spec.title);
    setAccessibleDescription(tr("%n trials", nullptr, int(m_spec.items.size())));
    update();
}

void TrialsPlot::setReference(QPolygonF reference, std::vector<qint64> others)
{
    m_spec.reference = std::move(reference);
    m_others = std::move(others);
    update();
}

void TrialsPlot::setLit(qint64 trial)
{
    m_lit = trial;
    update();
}

void TrialsPlot::setFaded(std::vector<qint64> trials)
{
    m_faded = std::move(trials);
    std::ranges::sort(m_faded);
    update();
}

bool TrialsPlot::faded(qint64 trial) const
{
    return std::ranges::binary_search(m_faded, trial);
}

SmallAxes TrialsPlot::axes() const
{
    const double s = theme().scale;
    SmallAxes axes;
    axes.area = QRectF(52 * s, 32 * s, width() - 128 * s, height() - 60 * s);
    double lowX = 1e300, highX = -1e300;
    std::vector<double> values;
    for (const Item& item : m_spec.items)
        for (const QPointF& point : item.points) {
            lowX = std::min(lowX, point.x());
            highX = std::max(highX, point.x());
            if (std::isfinite(point.y()) && (!m_spec.logY || point.y() > 0))
                values.push_back(point.y());
        }
    if (lowX > highX)
        lowX = 0, highX = 1;
    Range y{0, 1};
    if (!values.empty()) {
        std::ranges::sort(values);
        y = {values.front(), values.back()};
        // What ran away would press everything else flat: a tenth of the values may lie on the edge.
        const double low = values[values.size() / 10], high = values[values.size() - 1 - values.size() / 10];
        if (!m_spec.logY && high > low) {
            y.lo = std::max(y.lo, low - 2 * (high - low));
            y.hi = std::min(y.hi, high + 2 * (high - low));
        }
    }
    const int columns = std::max(2, int(axes.area.width() / (64 * s))),
              rows = std::max(2, int(axes.area.height() / (30 * s)));
    const double around = std::max(1e-9, std::abs(y.lo) * 0.01);
    y = y.hi > y.lo ? niceRange(y.lo, y.hi, m_spec.logY, rows, m_spec.format)
                    : Range{y.lo - (m_spec.logY ? y.lo / 2 : around), y.hi + around};
    const double side = std::max(0.5, (highX - lowX) * 0.02);
    const Range x{lowX - (lowX == highX ? side : 0), highX + side};
    axes.x = {x, axes.area.left() + 8 * s, axes.area.right(), false};
    axes.y = {y, axes.area.bottom(), axes.area.top(), m_spec.logY};
    axes.xTicks = linearTicks(lowX, std::max(highX, lowX + 1), columns, ValueFormat::Number, true);
    axes.yTicks =
        m_spec.logY ? logTicks(y.lo, y.hi, rows, m_spec.format) : linearTicks(y.lo, y.hi, rows, m_spec.format);
    return axes;
}

QPolygonF TrialsPlot::drawn(const Item& item, const SmallAxes& axes) const
{
    QPolygonF line;
    for (const QPointF& point : item.points)
        line << QPointF(axes.x.pixel(point.x()),
                        item.mark == Mark::Failed ? axes.area.bottom() + 6 * theme().scale : axes.pixelY(point.y()));
    return line;
}

QPointF TrialsPlot::placeOf(qint64 trial) const
{
    const auto found = std::ranges::find(m_spec.items, trial, &Item::trial);
    if (found == m_spec.items.end() || found->points.isEmpty())
        return {};
    return drawn(*found, axes()).back();
}

qint64 TrialsPlot::trialAt(const QPointF& position) const
{
    const SmallAxes place = axes();
    qint64 nearest = -1;
    double best = mouseReach * theme().scale;
    for (const Item& item : m_spec.items) {
        const QPolygonF line = drawn(item, place);
        for (qsizetype i = 0; i < line.size(); ++i) {
            const double far = distance(position, line[std::max<qsizetype>(0, i - 1)], line[i]);
            if (far < best && !faded(item.trial)) {
                best = far;
                nearest = item.trial;
            }
        }
    }
    return nearest;
}

void TrialsPlot::mouseMoveEvent(QMouseEvent* event)
{
    const qint64 trial = trialAt(event->position());
    setCursor(trial >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    Q_EMIT hovered(trial);
}

void TrialsPlot::mousePressEvent(QMouseEvent* event)
{
    const qint64 trial = trialAt(event->position());
    if (trial >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT chosen(trial);
}

void TrialsPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    const qint64 trial = trialAt(event->position());
    if (trial >= 0 && event->button() == Qt::LeftButton)
        Q_EMIT opened(trial);
}

void TrialsPlot::leaveEvent(QEvent*)
{
    Q_EMIT hovered(-1);
}

void TrialsPlot::paintItem(QPainter& painter, const SmallAxes& axes, const Item& item, bool lit) const
{
    const double s = theme().scale;
    const QPolygonF line = drawn(item, axes);
    if (line.isEmpty())
        return;
    const bool beside = !lit && std::ranges::find(m_others, item.trial) != m_others.end();
    QColor color = lit ? theme().accent : beside ? theme().text : theme().muted;
    // Beside a comparison, those that it did not look at step back.
    const double strength = faded(item.trial) ? 0.18 : m_others.empty() ? 0.75 : 0.35;
    const double many = lineStrength(m_spec.items.size() - std::min(m_spec.items.size(), m_faded.size()));
    QColor thin = color;
    if (!lit && !beside) {
        thin.setAlphaF(float(strength * many));
        color.setAlphaF(float(strength * std::sqrt(many))); // marks are larger, and cover less of each other
    }
    painter.setPen(QPen(thin, (lit ? 2.5 : beside ? 1.5 : 1) * s));
    painter.setBrush(Qt::NoBrush);
    if (line.size() > 1)
        painter.drawPolyline(line);
    const QPointF end = line.back();
    const double r = (lit ? 4.5 : 3.5) * s;
    if (item.mark != Mark::Whole || line.size() == 1 || lit)
        paintTrialMark(painter, item.mark, end, color, r);
}

void TrialsPlot::paintStairs(QPainter& painter, const SmallAxes& axes) const
{
    QPolygonF stairs;
    for (const QPointF& point : m_spec.best) {
        const QPointF at(axes.x.pixel(point.x()), axes.pixelY(point.y()));
        if (!stairs.isEmpty())
            stairs << QPointF(at.x(), stairs.back().y());
        stairs << at;
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().text, theme().scale));
    painter.drawPolyline(stairs);
}

QRectF TrialsPlot::nameRoom() const
{
    const auto lit = std::ranges::find(m_spec.items, m_lit, &Item::trial);
    if (lit == m_spec.items.end() || lit->points.isEmpty())
        return {};
    const double s = theme().scale;
    const SmallAxes place = axes();
    const QPointF end = drawn(*lit, place).back();
    if (lit->points.size() > 1)
        return {std::min(end.x() + 10 * s, place.area.right() + 8 * s),
                std::clamp(end.y() - 18 * s, place.area.top() - 12 * s, place.area.bottom() - 34 * s), 90 * s, 18 * s};
    // Over its mark; under it where the heading stands.
    const bool under = end.y() - 24 * s < headingHeight * s;
    return {end.x() - 20 * s, end.y() + (under ? 6 : -24) * s, 40 * s, 18 * s};
}

void TrialsPlot::paintName(QPainter& painter, const Item& item) const
{
    const double s = theme().scale;
    const QRectF room = nameRoom();
    painter.setFont(theme().strong());
    painter.setPen(theme().readable(theme().accent));
    if (item.points.size() < 2) {
        painter.drawText(room, Qt::AlignCenter, room.isEmpty() ? QString() : QString::number(item.trial));
        return;
    }
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, tr("trial %1").arg(item.trial));
    painter.setFont(theme().body());
    painter.setPen(theme().text);
    painter.drawText(room.translated(0, 17 * s), Qt::AlignLeft | Qt::AlignVCenter, item.value);
}

void TrialsPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    const SmallAxes place = axes();
    paintSmallAxes(painter, place, m_spec.title, {}, height());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(place.area.right() + 10 * s, place.area.bottom() + 4 * s, 66 * s, 20 * s),
                     Qt::AlignLeft | Qt::AlignVCenter, m_spec.xTitle);
    if (m_spec.items.empty())
        painter.drawText(place.area, Qt::AlignCenter | Qt::TextWordWrap, m_spec.none);
    painter.setRenderHint(QPainter::Antialiasing);
    const Item* lit = nullptr;
    for (const Item& item : m_spec.items)
        if (item.trial == m_lit)
            lit = &item;
        else
            paintItem(painter, place, item, false);
    paintStairs(painter, place);
    if (!m_spec.reference.isEmpty()) {
        QPolygonF line;
        for (const QPointF& point : m_spec.reference)
            line << QPointF(place.x.pixel(point.x()), place.pixelY(point.y()));
        // Of one step, it still is a line.
        if (const double missing = 24 * s - (line.back().x() - line.front().x()); missing > 0) {
            line.front().rx() -= missing / 2;
            line.back().rx() += missing / 2;
        }
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().problem, 2 * s, Qt::DashLine));
        painter.drawPolyline(line);
        painter.setFont(theme().body());
        painter.setPen(theme().readable(theme().problem));
        const QString name = tr("limit");
        const double wide = painter.fontMetrics().horizontalAdvance(name);
        // Over a line that is long enough; else behind it, beside the trial's number.
        const bool inside = line.back().x() - line.front().x() > wide + 8 * s;
        const double above = !inside ? 9 : line.front().y() - 20 * s < headingHeight * s ? -2 : 20;
        painter.drawText(QRectF(inside ? line.front().x() + 4 * s : line.back().x() + 6 * s,
                                line.front().y() - above * s, wide + 4 * s, 18 * s),
                         Qt::AlignLeft | Qt::AlignVCenter, name);
    }
    if (lit) {
        paintItem(painter, place, *lit, true);
        paintName(painter, *lit);
    }
}

}
