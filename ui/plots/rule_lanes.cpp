// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/rule_lanes.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double ruleLaneHeight = 24, ruleAxisHeight = 28, ruleNameWidth = 216, stateWidth = 120;

}

RuleLanes::RuleLanes(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Findings over the steps, rule by rule"));
}

QSize RuleLanes::sizeHint() const
{
    const double s = theme().scale;
    return {480, int((ruleLaneHeight * double(std::max<std::size_t>(1, m_lanes.size())) + ruleAxisHeight) * s)};
}

void RuleLanes::setLanes(std::vector<Lane> lanes, double last)
{
    const bool other = lanes.size() != m_lanes.size();
    m_lanes = std::move(lanes);
    m_last = std::max(1.0, last);
    if (m_current >= int(m_lanes.size()))
        m_current = -1;
    if (other)
        updateGeometry();
    update();
}

void RuleLanes::setCurrent(int lane)
{
    lane = std::clamp(lane, -1, int(m_lanes.size()) - 1);
    if (lane == m_current)
        return;
    m_current = lane;
    update();
    if (lane >= 0) {
        setAccessibleDescription(m_lanes[std::size_t(lane)].name + QLatin1Char(' ') + m_lanes[std::size_t(lane)].state);
        Q_EMIT chosen(lane);
    }
}

void RuleLanes::setShownStep(std::optional<double> step)
{
    if (step == m_shownStep)
        return;
    m_shownStep = step;
    update();
}

double RuleLanes::left() const
{
    return ruleNameWidth * theme().scale;
}

double RuleLanes::right() const
{
    return std::max(left() + 10, width() - stateWidth * theme().scale);
}

double RuleLanes::pixel(double step) const
{
    return left() + (right() - left()) * std::clamp(step / m_last, 0.0, 1.0);
}

QRectF RuleLanes::laneAt(int lane) const
{
    const double h = ruleLaneHeight * theme().scale;
    return {0, lane * h, double(width()), h};
}

int RuleLanes::laneOf(const QPointF& position) const
{
    const int lane = int(std::floor(position.y() / (ruleLaneHeight * theme().scale)));
    return lane >= 0 && lane < int(m_lanes.size()) ? lane : -1;
}

double RuleLanes::stepAt(int lane, double x) const
{
    double best = 6 * theme().scale, found = NAN;
    for (const double step : m_lanes[std::size_t(lane)].steps)
        if (const double far = std::abs(pixel(step) - x); far < best) {
            best = far;
            found = step;
        }
    return found;
}

void RuleLanes::mousePressEvent(QMouseEvent* event)
{
    const int lane = laneOf(event->position());
    if (lane < 0 || event->button() != Qt::LeftButton)
        return;
    const double step = stepAt(lane, event->position().x());
    setCurrent(lane);
    if (!std::isnan(step))
        Q_EMIT stepChosen(step);
}

void RuleLanes::mouseMoveEvent(QMouseEvent* event)
{
    const int lane = laneOf(event->position());
    setCursor(lane >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (lane != m_hovered) {
        m_hovered = lane;
        update();
    }
}

void RuleLanes::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void RuleLanes::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Up || event->key() == Qt::Key_Down) && !m_lanes.empty())
        setCurrent(std::clamp(m_current + (event->key() == Qt::Key_Down ? 1 : -1), 0, int(m_lanes.size()) - 1));
    else
        QWidget::keyPressEvent(event);
}

bool RuleLanes::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int lane = laneOf(help->pos());
        if (lane < 0)
            QToolTip::hideText();
        else {
            const double step = stepAt(lane, help->pos().x());
            const Lane& told = m_lanes[std::size_t(lane)];
            QToolTip::showText(help->globalPos(),
                               std::isnan(step) ? told.tip : tr("step %1\n").arg(style::count(qint64(step))) + told.tip,
                               this);
        }
        return true;
    }
    return QWidget::event(event);
}

void RuleLanes::paintSteps(QPainter& painter, const Lane& lane, double y) const
{
    const double s = theme().scale, first = pixel(lane.steps.front()), end = pixel(lane.steps.back());
    painter.setPen(QPen(theme().problem, 1.75 * s));
    if (end > first)
        painter.drawLine(QPointF(first, y), QPointF(end, y));
    painter.setPen(QPen(theme().problem, s));
    double before = -10;
    for (const double step : lane.steps) {
        const double x = pixel(step);
        if (x - before < 4 * s)
            continue;
        before = x;
        painter.drawLine(QPointF(x, y - 4 * s), QPointF(x, y + 4 * s));
    }
    QPainterPath triangle;
    triangle.moveTo(first, y - 6 * s);
    triangle.lineTo(first + 6.5 * s, y + 5 * s);
    triangle.lineTo(first - 6.5 * s, y + 5 * s);
    triangle.closeSubpath();
    painter.fillPath(triangle, theme().problem);
}

void RuleLanes::paintLane(QPainter& painter, int number) const
{
    const Lane& lane = m_lanes[std::size_t(number)];
    const QRectF place = laneAt(number);
    const double s = theme().scale, y = std::round(place.center().y()) + 0.5;
    if (number == m_current || number == m_hovered) {
        QColor ground = theme().accent;
        ground.setAlphaF(number == m_current ? 0.09F : 0.05F);
        painter.fillRect(place, number == m_current ? ground : theme().hover);
    }
    if (number == m_current)
        painter.fillRect(QRectF(0, place.top(), 3 * s, place.height()), theme().accent);
    painter.setFont(number == m_current ? theme().strong() : theme().body());
    painter.setPen(lane.quiet && number != m_current ? theme().muted : theme().text);
    const QRectF name(12 * s, place.top(), left() - 24 * s, place.height());
    painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(lane.name, Qt::ElideRight, int(name.width())));
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(right(), place.top(), width() - right() - 8 * s, place.height()),
                     Qt::AlignRight | Qt::AlignVCenter, lane.state);
    painter.setPen(QPen(theme().line, 1));
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.drawLine(QPointF(left(), y), QPointF(right(), y));
    painter.setRenderHint(QPainter::Antialiasing);
    if (!lane.steps.empty())
        paintSteps(painter, lane, y);
}

void RuleLanes::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale, bottom = ruleLaneHeight * s * double(m_lanes.size());
    for (int lane = 0; lane < int(m_lanes.size()); ++lane)
        paintLane(painter, lane);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    double free = 0;
    for (const Tick& tick : linearTicks(0, m_last, int((right() - left()) / (80 * s)), ValueFormat::Number, true)) {
        const double x = pixel(tick.value), wide = painter.fontMetrics().horizontalAdvance(tick.label) + 12 * s;
        if (x - wide / 2 < free)
            continue;
        free = x + wide / 2;
        painter.drawText(QRectF(x - wide, bottom + 4 * s, 2 * wide, 20 * s), Qt::AlignCenter, tick.label);
    }
    painter.drawText(QRectF(right(), bottom + 4 * s, width() - right() - 8 * s, 20 * s),
                     Qt::AlignRight | Qt::AlignVCenter, tr("step"));
    if (!m_shownStep || m_lanes.empty())
        return;
    QPen pen(theme().muted, s);
    pen.setDashPattern({2, 2});
    painter.setPen(pen);
    const double x = std::round(pixel(*m_shownStep)) + 0.5;
    painter.drawLine(QPointF(x, 0), QPointF(x, bottom));
}

}
