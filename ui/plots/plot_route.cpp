// SPDX-License-Identifier: GPL-3.0-or-later
// The line ahead in a panel of a LivePlot: how it is painted, and what a hand does to it.
#include "ui/plots/live_plot_view.h"
#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace ui::plots {

RouteMap routeMap(const PlotScene& scene)
{
    const PlotScene::Panel& place = scene.places[std::size_t(scene.routePanel)];
    return {[&scene, &place](QPointF at) {
                const double y = place.y.log ? std::max(at.y(), place.y.range.lo) : at.y();
                return QPointF(scene.x.pixel(scene.xOfStep(at.x())), place.y.pixel(y));
            },
            [&scene, &place](QPointF pixel) {
                const double y = std::clamp(pixel.y(), place.area.top(), place.area.bottom() - 1);
                // The foot of a logarithmic axis is as low as it goes: there the rate is none.
                const bool none = place.y.log && y >= place.area.bottom() - 1;
                return QPointF(scene.stepOfX(scene.x.value(pixel.x())), none ? 0 : place.y.value(y));
            }};
}

void paintRoute(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    if (scene.routePanel < 0 || std::size_t(scene.routePanel) >= scene.places.size() || scene.xAxis == XAxis::Time)
        return;
    const QRectF& area = scene.places[std::size_t(scene.routePanel)].area;
    const RouteMap map = routeMap(scene);
    const Route& route = scene.route;
    painter.save();
    painter.setClipRect(area.adjusted(-8 * theme.scale, -8 * theme.scale, 8 * theme.scale, 8 * theme.scale));
    paintRoute(painter, route, map, theme, scene.routePoint, {area.left(), area.right()});
    painter.restore();
}

void LivePlot::View::setRoute(int panel, Route route)
{
    if (m_hand.holds())
        return;
    scene.routePanel = panel;
    scene.route = std::move(route);
    scene.routePoint = -1;
    schedule();
}

bool LivePlot::View::routeAt(const QPointF& position) const
{
    if (scene.routePanel < 0 || scene.empty || scene.xAxis == XAxis::Time ||
        scene.panelAt(position) != scene.routePanel)
        return false;
    const double reach = RouteHand::reach * style::theme().scale;
    const RouteMap map = routeMap(scene);
    return RouteHand::pointAt(scene.route, map, position, reach) ||
           RouteHand::lineAt(scene.route, map, position, reach);
}

void LivePlot::View::dragRoute(const QPointF& position)
{
    m_hand.drag(routeMap(scene).value(position));
    scene.route = m_hand.route();
    scene.routePoint = int(m_hand.point());
    schedule();
}

void LivePlot::View::letRouteGo()
{
    scene.routePoint = -1;
    if (const auto route = m_hand.release()) {
        scene.route = *route;
        Q_EMIT m_owner.routeDragged(*route);
    }
    schedule();
}

bool LivePlot::View::removeRoutePoint(const QPointF& position)
{
    if (!routeAt(position))
        return false;
    const auto point =
        RouteHand::pointAt(scene.route, routeMap(scene), position, RouteHand::reach * style::theme().scale);
    if (!point)
        return false;
    m_hand.hold(scene.route, *point);
    m_hand.remove();
    letRouteGo();
    return true;
}

}
