// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/route.h"

#include <QString>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

/// Nobody drags more, and the numbers stay readable.
constexpr int digits = 3;

double along(const std::vector<QPointF>& points, double step)
{
    if (points.empty())
        return 0;
    const auto after = std::ranges::upper_bound(points, step, {}, &QPointF::x);
    if (after == points.begin())
        return points.front().y();
    if (after == points.end())
        return points.back().y();
    const QPointF from = *(after - 1), to = *after;
    return from.y() + (to.y() - from.y()) * (step - from.x()) / (to.x() - from.x());
}

double distance(QPointF a, QPointF b)
{
    return std::hypot(a.x() - b.x(), a.y() - b.y());
}

}

double Route::valueAt(double step) const
{
    return along(line.empty() ? points : line, step);
}

std::optional<std::size_t> RouteHand::pointAt(const Route& route, const RouteMap& map, QPointF pixel, double reach)
{
    std::optional<std::size_t> nearest;
    double best = reach;
    for (std::size_t i = 0; i < route.points.size(); ++i)
        if (const double far = distance(map.pixel(route.points[i]), pixel);
            far <= best && route.points[i].x() >= route.begins) {
            best = far;
            nearest = i;
        }
    return nearest;
}

bool RouteHand::lineAt(const Route& route, const RouteMap& map, QPointF pixel, double reach)
{
    // A steep line is met sideways.
    for (double aside = -reach; aside <= reach; aside += 1) {
        const double step = map.value({pixel.x() + aside, pixel.y()}).x();
        if (step >= route.begins && step <= route.ends &&
            distance(map.pixel({step, route.valueAt(step)}), pixel) <= reach)
            return true;
    }
    return false;
}

void RouteHand::begin(const Route& route)
{
    m_route = route;
    m_route->line.clear();
}

bool RouteHand::press(const Route& route, const RouteMap& map, QPointF pixel, double reach)
{
    const auto point = pointAt(route, map, pixel, reach);
    if (!point && !lineAt(route, map, pixel, reach))
        return false;
    if (point) {
        hold(route, *point);
        return true;
    }
    begin(route);
    const double step = std::clamp(std::round(map.value(pixel).x()), std::ceil(route.begins), route.ends);
    auto& points = m_route->points;
    const auto place = std::ranges::lower_bound(points, step, {}, &QPointF::x);
    const std::size_t index = std::size_t(place - points.begin());
    if (place == points.end() || place->x() != step)
        points.insert(place, {step, route.valueAt(step)});
    hold(*m_route, index);
    return true;
}

void RouteHand::hold(const Route& route, std::size_t point)
{
    const QPointF held = route.points[point];
    const double pin = std::ceil(route.begins), rate = route.valueAt(pin);
    begin(route);
    auto& points = m_route->points;
    // What has happened keeps its shape, and the line goes on from where it is now.
    if (pin > 0 && pin < held.x() && std::ranges::find(points, pin, &QPointF::x) == points.end())
        points.insert(std::ranges::lower_bound(points, pin, {}, &QPointF::x), {pin, rate});
    m_point = std::size_t(std::ranges::find(points, held.x(), &QPointF::x) - points.begin());
}

void RouteHand::drag(QPointF to)
{
    auto& points = m_route->points;
    double low = std::ceil(m_route->begins), high = m_route->ends;
    if (m_point > 0)
        low = std::max(low, points[m_point - 1].x() + 1);
    if (m_point + 1 < points.size())
        high = points[m_point + 1].x() - 1;
    const double step = low <= high ? std::clamp(std::round(to.x()), low, high) : points[m_point].x();
    points[m_point] = {step, std::max(0.0, QString::number(to.y(), 'g', digits).toDouble())};
}

void RouteHand::remove()
{
    if (m_route->points.size() > 1)
        m_route->points.erase(m_route->points.begin() + std::ptrdiff_t(m_point));
    m_point = std::min(m_point, m_route->points.size() - 1);
}

std::optional<Route> RouteHand::release()
{
    return std::exchange(m_route, std::nullopt);
}

}
