// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/parallel_plot.h"

#include "ui/plots/trial_mark.h"
#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

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
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(260, 150);
    setAccessibleName(tr("Parallel coordinates"));
}

void ParallelPlot::setAxes(std::vector<Axis> axes)
{
    const bool same = axes.size() == m_axes.size() && std::ranges::equal(axes, m_axes, {}, &Axis::name, &Axis::name);
    m_axes = std::move(axes);
    if (!same) {
        m_manners.assign(m_axes.size(), {});
        m_focused = 0;
        clearBrushes();
    }
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

// --- Scales

namespace {

double otherPlace(const Range& values, bool log, double place)
{
    const double factor = values.hi / values.lo;
    return log ? (std::pow(factor, place) - 1) / (factor - 1) : std::log(1 + place * (factor - 1)) / std::log(factor);
}

}

bool ParallelPlot::hasBothScales(int axis) const
{
    const auto& values = m_axes[std::size_t(axis)].values;
    return values && values->lo > 0 && values->hi > values->lo;
}

double ParallelPlot::shown(int axis, double place) const
{
    const Axis& what = m_axes[std::size_t(axis)];
    const Manner& manner = m_manners[std::size_t(axis)];
    if (manner.other)
        place = otherPlace(*what.values, what.log, place);
    return manner.flip ? 1 - place : place;
}

double ParallelPlot::native(int axis, double place) const
{
    const Axis& what = m_axes[std::size_t(axis)];
    const Manner& manner = m_manners[std::size_t(axis)];
    if (manner.flip)
        place = 1 - place;
    return manner.other ? otherPlace(*what.values, !what.log, place) : place;
}

std::vector<Tick> ParallelPlot::ticksOf(int axis) const
{
    const Axis& what = m_axes[std::size_t(axis)];
    if (!m_manners[std::size_t(axis)].other)
        return what.ticks;
    const Range& values = *what.values;
    std::vector<Tick> ticks = what.log ? linearTicks(values.lo, values.hi, 5) : logTicks(values.lo, values.hi, 5);
    for (Tick& tick : ticks)
        tick.value = what.log ? std::log(tick.value / values.lo) / std::log(values.hi / values.lo)
                              : (tick.value - values.lo) / values.span();
    return ticks;
}

void ParallelPlot::setFlipped(int axis, bool on)
{
    m_manners[std::size_t(axis)].flip = on;
    update();
}

bool ParallelPlot::flipped(int axis) const
{
    return m_manners[std::size_t(axis)].flip;
}

void ParallelPlot::setLogarithmic(int axis, bool on)
{
    if (hasBothScales(axis))
        m_manners[std::size_t(axis)].other = on != m_axes[std::size_t(axis)].log;
    update();
}

bool ParallelPlot::logarithmic(int axis) const
{
    return m_axes[std::size_t(axis)].log != m_manners[std::size_t(axis)].other;
}

QMenu* ParallelPlot::openMenu(int axis)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName("parallelAxis");
    const auto add = [&](const QString& text, bool on, auto change) {
        QAction* action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(on);
        connect(action, &QAction::triggered, this, change);
        return action;
    };
    add(tr("Logarithmic"), logarithmic(axis), [this, axis](bool set) {
        setLogarithmic(axis, set);
    })->setEnabled(hasBothScales(axis));
    add(tr("Upside down"), flipped(axis), [this, axis](bool set) { setFlipped(axis, set); });
    QAction* clear = menu->addAction(tr("Clear its brush"), this, [this, axis] {
        m_brushes.erase(axis);
        update();
        Q_EMIT brushChanged();
    });
    clear->setEnabled(m_brushes.count(axis) > 0);
    menu->popup(mapToGlobal(nameRect(axis).bottomLeft().toPoint()));
    return menu;
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
    return {axisX(axis), area().bottom() - shown(axis, place) * area().height()};
}

double ParallelPlot::placeAt(int axis, double y) const
{
    return native(axis, std::clamp((area().bottom() - y) / area().height(), 0.0, 1.0));
}

QRectF ParallelPlot::nameRect(int axis) const
{
    const double s = theme().scale, x = axisX(axis), gap = area().width() / std::max(1, int(m_axes.size()) - 1);
    const double half = std::min({gap / 2 - 4 * s, x, width() - x});
    return {x - half, 0, 2 * half, 22 * s};
}

int ParallelPlot::nameAt(const QPointF& position) const
{
    for (int i = 0; i < int(m_axes.size()); ++i)
        if (nameRect(i).contains(position))
            return i;
    return -1;
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
        const double to = placeAt(m_dragged, event->position().y());
        if (std::abs(to - m_from) > smallBrush) {
            m_brushes[m_dragged] = {std::min(m_from, to), std::max(m_from, to)};
            update();
            Q_EMIT brushChanged();
        }
        return;
    }
    setCursor(axisAt(event->position()) >= 0   ? Qt::SizeVerCursor
              : nameAt(event->position()) >= 0 ? Qt::PointingHandCursor
                                               : Qt::ArrowCursor);
    Q_EMIT hovered(trialAt(event->position()));
}

void ParallelPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_dragged = axisAt(event->position());
    if (m_dragged >= 0)
        m_from = placeAt(m_dragged, event->position().y());
    else if (const int name = nameAt(event->position()); name >= 0)
        openMenu(name);
    else if (const qint64 trial = trialAt(event->position()); trial >= 0)
        Q_EMIT chosen(trial);
}

void ParallelPlot::mouseReleaseEvent(QMouseEvent* event)
{
    const int axis = std::exchange(m_dragged, -1);
    if (axis < 0 || std::abs(placeAt(axis, event->position().y()) - m_from) > smallBrush)
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

bool ParallelPlot::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const int name = nameAt(help->pos()); name >= 0)
        QToolTip::showText(help->globalPos(),
                           tr("%1\nA click changes its scale or turns it over").arg(m_axes[std::size_t(name)].path),
                           this);
    else
        QToolTip::hideText();
    return true;
}

void ParallelPlot::keyPressEvent(QKeyEvent* event)
{
    const int way = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    const bool opens = event->key() == Qt::Key_Return || event->key() == Qt::Key_Menu;
    if (m_axes.empty() || (way == 0 && !opens)) {
        QWidget::keyPressEvent(event);
        return;
    }
    m_focused = std::clamp(m_focused + way, 0, int(m_axes.size()) - 1);
    update();
    if (opens)
        openMenu(m_focused);
}

// --- Painting

void ParallelPlot::paintLine(QPainter& painter, const Line& line, const QColor& color, double width) const
{
    painter.setPen(QPen(color, width * theme().scale));
    painter.setBrush(Qt::NoBrush);
    const QPolygonF points = drawn(line);
    painter.drawPolyline(points);
}

void ParallelPlot::paintRings(QPainter& painter, const Line& line) const
{
    const double s = theme().scale;
    painter.setPen(QPen(theme().accent, 2.5 * s));
    painter.setBrush(theme().ground);
    for (const QPointF& point : drawn(line))
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
    QColor behind = theme().ground;
    behind.setAlphaF(0.8F);
    for (const Tick& tick : ticksOf(axis)) {
        // Of the other scale, ticks are in its own places already.
        const double at = m_manners[std::size_t(axis)].other
                              ? (m_manners[std::size_t(axis)].flip ? 1 - tick.value : tick.value)
                              : shown(axis, tick.value);
        const double y = area().bottom() - at * area().height();
        painter.setPen(QPen(theme().axis, 1));
        painter.drawLine(QPointF(x - 3 * s, y), QPointF(x + 3 * s, y));
        const QString text = painter.fontMetrics().elidedText(tick.label, Qt::ElideRight, int(60 * s));
        const double wide = painter.fontMetrics().horizontalAdvance(text) + 4 * s;
        // Lines run through names: these have a ground of their own, and room for the ring.
        const QRectF room(last ? x + 8 * s : x - 8 * s - wide, y - 9 * s, wide, 18 * s);
        painter.fillRect(room, behind);
        painter.setPen(theme().muted);
        painter.drawText(room, Qt::AlignCenter, text);
    }
    painter.setPen(hasFocus() && axis == m_focused ? theme().readable(theme().accent) : theme().text);
    painter.setFont(theme().medium());
    const QRectF room = nameRect(axis);
    const QString name = (flipped(axis) ? QStringLiteral("↓ ") : QString()) + what.name +
                         (m_manners[std::size_t(axis)].other && logarithmic(axis) ? tr(" (log)") : QString());
    painter.drawText(room, Qt::AlignCenter, painter.fontMetrics().elidedText(name, Qt::ElideMiddle, int(room.width())));
}

void ParallelPlot::paintBrush(QPainter& painter, int axis) const
{
    const double s = theme().scale, x = axisX(axis);
    const auto brush = m_brushes.find(axis);
    if (brush == m_brushes.end())
        return;
    QColor tint = theme().accent;
    tint.setAlphaF(0.2F);
    const double one = placeOf(axis, brush->second.hi).y(), two = placeOf(axis, brush->second.lo).y();
    const QRectF box(QPointF(x - 5 * s, std::min(one, two)), QPointF(x + 5 * s, std::max(one, two)));
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
    std::vector<const Line*> inside, outside;
    for (const Line& line : m_lines)
        if (line.trial == m_lit)
            lit = &line;
        else
            (isInside(line) ? inside : outside).push_back(&line);
    // Those within the brushes lie over the others.
    for (const auto& [lines, strength] : {std::pair(&outside, 0.15), std::pair(&inside, 0.6)}) {
        QColor color = theme().muted;
        color.setAlphaF(float(strength * lineStrength(lines->size())));
        for (const Line* line : *lines)
            paintLine(painter, *line, color, 1);
    }
    if (lit)
        paintLine(painter, *lit, theme().accent, 2.5);
    for (int i = 0; i < int(m_axes.size()); ++i) {
        paintAxis(painter, i);
        paintBrush(painter, i);
    }
    if (lit)
        paintRings(painter, *lit);
}

}
