// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/schedule_preview.h"

#include "ui/bridge/rate_plan.h"
#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace ui::pages {

using plots::Route;
using plots::RouteHand;
using style::theme;

SchedulePreview::SchedulePreview(bridge::Workbench& bench, QWidget* parent) : QWidget(parent), m_bench(bench)
{
    setFixedHeight(sizeHint().height());
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setObjectName(QStringLiteral("rateCurve"));
    setToolTip(tr("The learning rate of every step.\n"
                  "Drag a point or pull a new one out of the line; a double click takes a point out.\n"
                  "Keys: ← → choose a point, ↑ ↓ move it by a tenth, Insert, Delete."));
    const auto refresh = qOverload<>(&QWidget::update);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &SchedulePreview::ask);
    connect(&bench.rates(), &bridge::RatePlan::slow, this, refresh);
    connect(&bench.rates(), &bridge::RatePlan::changed, this, [this] {
        setAccessibleName(tr("Learning rate over %1 steps").arg(m_bench.rates().rates().totalSteps));
        update();
    });
    connect(&bench, &bridge::Workbench::advanced, this, refresh);
    connect(&bench, &bridge::Workbench::stateChanged, this, refresh);
    connect(&bench.travel(), &bridge::TimeTravel::moved, this, refresh);
}

void SchedulePreview::showEvent(QShowEvent*)
{
    ask();
}

void SchedulePreview::ask()
{
    if (isVisible())
        m_bench.rates().ask();
}

/// The rates from the lowest to the highest, as exactly as there is room.
QString SchedulePreview::rangeText(double low, double high, const QFontMetrics& metrics, int room)
{
    if (low == high)
        return style::number(high);
    for (const QString& text : {tr("%1 … %2").arg(style::number(low), style::number(high)),
                                tr("%1 … %2").arg(QString::number(low, 'g', 1), style::number(high))})
        if (metrics.horizontalAdvance(text) <= room)
            return text;
    return tr("at most %1").arg(style::number(high));
}

QRectF SchedulePreview::plotArea() const
{
    return {5.5, 30.5, width() - 11.0, 68};
}

Route SchedulePreview::route() const
{
    return m_hand.holds() ? m_hand.route() : m_bench.rates().route();
}

double SchedulePreview::top() const
{
    if (m_hand.holds())
        return m_heldTop;
    const auto& lr = m_bench.rates().rates().lr;
    double high = lr.empty() ? 0 : *std::ranges::max_element(lr);
    for (const QPointF& point : m_bench.rates().route().points)
        high = std::max(high, point.y());
    // A quarter of the height is left to drag into.
    return high > 0 ? 1.25 * high : 1;
}

plots::RouteMap SchedulePreview::map() const
{
    const QRectF plot = plotArea();
    // Zero is the foot, so that a constant rate is seen as constant and not as noise.
    const double steps = std::max<double>(1, double(m_bench.rates().rates().totalSteps)), high = top();
    return {[=](QPointF at) {
                return QPointF(plot.left() + plot.width() * at.x() / steps,
                               plot.bottom() - plot.height() * at.y() / high);
            },
            [=](QPointF pixel) {
                const double y = std::clamp(pixel.y(), plot.top(), plot.bottom());
                return QPointF((pixel.x() - plot.left()) / plot.width() * steps,
                               (plot.bottom() - y) / plot.height() * high);
            }};
}

QPointF SchedulePreview::placeOf(double step) const
{
    return map().pixel({step, route().valueAt(step)});
}

void SchedulePreview::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Route now = route();
    m_heldTop = top();
    m_dragged = false;
    if (m_hand.press(now, map(), event->position(), RouteHand::reach))
        m_chosen = int(m_hand.point());
    update();
}

void SchedulePreview::mouseMoveEvent(QMouseEvent* event)
{
    if (m_hand.holds()) {
        m_dragged = true;
        m_hand.drag(map().value(event->position()));
        m_chosen = int(m_hand.point());
    } else {
        const auto point = RouteHand::pointAt(route(), map(), event->position(), RouteHand::reach);
        m_hovered = point ? int(*point) : -1;
        const bool there = point || RouteHand::lineAt(route(), map(), event->position(), RouteHand::reach);
        setCursor(there ? Qt::PointingHandCursor : Qt::ArrowCursor);
    }
    update();
}

void SchedulePreview::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_hand.holds())
        return;
    if (m_dragged)
        letGo();
    else
        m_hand.release();
    update();
}

void SchedulePreview::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Route now = route();
    if (const auto point = RouteHand::pointAt(now, map(), event->position(), RouteHand::reach)) {
        m_hand.hold(now, *point);
        m_hand.remove();
        m_chosen = -1;
        letGo();
    }
}

void SchedulePreview::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void SchedulePreview::letGo()
{
    if (const auto held = m_hand.release())
        m_bench.rates().take(*held);
}

/// Moves the chosen point; a rate of nothing begins at the hundredth part of the highest.
void SchedulePreview::nudge(double factor)
{
    Route now = route();
    m_heldTop = top();
    m_hand.hold(now, std::size_t(m_chosen));
    const QPointF at = m_hand.route().points[m_hand.point()];
    m_hand.drag({at.x(), at.y() > 0 ? at.y() * factor : factor > 1 ? m_heldTop / 100 : 0});
    m_chosen = int(m_hand.point());
    letGo();
}

void SchedulePreview::keyPressEvent(QKeyEvent* event)
{
    const Route now = route();
    const int count = int(now.points.size());
    if (count == 0)
        return QWidget::keyPressEvent(event);
    const double change = event->modifiers() & Qt::ShiftModifier ? 1.01 : 1.1;
    const bool chosen = m_chosen >= 0 && m_chosen < count;
    switch (event->key()) {
    case Qt::Key_Left:
        m_chosen = chosen ? std::max(0, m_chosen - 1) : count - 1;
        break;
    case Qt::Key_Right:
        m_chosen = chosen ? std::min(count - 1, m_chosen + 1) : 0;
        break;
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (chosen)
            nudge(event->key() == Qt::Key_Up ? change : 1 / change);
        break;
    case Qt::Key_Insert: {
        const double from = chosen ? now.points[std::size_t(m_chosen)].x() : now.begins;
        const double to = chosen && m_chosen + 1 < count ? now.points[std::size_t(m_chosen) + 1].x() : now.ends;
        const double step = std::round((from + to) / 2);
        m_heldTop = top();
        if (m_hand.press(now, map(), map().pixel({step, now.valueAt(step)}), 1)) {
            m_chosen = int(m_hand.point());
            letGo();
        }
        break;
    }
    case Qt::Key_Delete:
        if (chosen) {
            m_hand.hold(now, std::size_t(m_chosen));
            m_hand.remove();
            letGo();
        }
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    update();
}

void SchedulePreview::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QRectF title(0, 4, width(), 20);
    const auto& rates = m_bench.rates().rates();
    const QString& problem = m_bench.rates().problem();
    if (!problem.isEmpty() || rates.lr.empty()) {
        painter.drawText(title, Qt::AlignVCenter | Qt::AlignLeft,
                         problem.isEmpty() ? tr("Counting the rows…") : tr("No curve: %1").arg(problem));
        return;
    }
    const auto [low, high] = std::minmax_element(rates.lr.begin(), rates.lr.end());
    const QString name = tr("lr over the run");
    painter.drawText(title, Qt::AlignVCenter | Qt::AlignLeft, name);
    painter.drawText(title, Qt::AlignVCenter | Qt::AlignRight,
                     rangeText(*low, *high, painter.fontMetrics(),
                               width() - painter.fontMetrics().horizontalAdvance(name) - int(12 * theme().scale)));
    const QRectF plot = plotArea();
    painter.setPen(QPen(hasFocus() ? theme().accent : theme().axis, 1));
    painter.drawPolyline(QPolygonF{plot.topLeft(), plot.bottomLeft(), plot.bottomRight()});
    const Route shown = route();
    const plots::RouteMap place = map();
    QPainterPath path;
    const double done = place.pixel({shown.begins, 0}).x();
    for (double x = plot.left(); x <= std::min(done, plot.right()); x += 1) {
        const double step = place.value({x, 0}).x();
        const QPointF at(x, place.pixel({step, shown.valueAt(step)}).y());
        path.elementCount() == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    painter.setPen(QPen(theme().accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    const int held = m_hand.holds() ? int(m_hand.point()) : m_hovered >= 0 ? m_hovered : hasFocus() ? m_chosen : -1;
    plots::paintRoute(painter, shown, place, theme(), held, {plot.left(), plot.right()});
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QRectF foot(0, plot.bottom() + 6, width(), 20);
    painter.drawText(foot, Qt::AlignVCenter | Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(foot, Qt::AlignVCenter | Qt::AlignRight, tr("%1 steps").arg(style::count(rates.totalSteps)));
}

}
