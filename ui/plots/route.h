// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include <functional>
#include <limits>
#include <optional>
#include <vector>

class QPainter;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// A line ahead that is dragged by its points, such as the rate of the steps to come: x is a step, y a value not below
/// 0, straight from point to point and level beyond the first and the last.
struct Route {
    std::vector<QPointF> points; ///< in rising steps
    std::vector<QPointF> line;   ///< how it goes while nobody drags; empty: as the points say
    double begins = 0;           ///< what lies before this step has happened and stays
    double ends = 1;

    double valueAt(double step) const;
};

/// Where a step and a value lie on the screen, and back.
struct RouteMap {
    std::function<QPointF(QPointF)> pixel;
    std::function<QPointF(QPointF)> value;
};

/// The line dashed from `begins` on, a ring on each point that may be moved, the held one filled with its value beside
/// it. `between`: the pixels that the plot has along x.
void paintRoute(QPainter& painter, const Route& route, const RouteMap& map, const style::Theme& theme, int held,
                std::pair<double, double> between);

/// A person's hand on a route. Whoever shows the route asks it what a press, a move and a key do.
class RouteHand {
public:
    static constexpr double reach = 8; ///< pixels around a point or the line

    /// The point under `pixel`, if it may be moved.
    static std::optional<std::size_t> pointAt(const Route& route, const RouteMap& map, QPointF pixel, double reach);
    static bool lineAt(const Route& route, const RouteMap& map, QPointF pixel, double reach);

    /// Takes hold of the point under `pixel`, or of a new one where the line passes there. False if neither is there.
    bool press(const Route& route, const RouteMap& map, QPointF pixel, double reach);
    /// Takes hold of a point by its number.
    void hold(const Route& route, std::size_t point);
    void drag(QPointF to);
    /// Takes the held point out; one is always left.
    void remove();
    std::optional<Route> release();

    bool holds() const { return m_route.has_value(); }
    const Route& route() const { return *m_route; }
    std::size_t point() const { return m_point; }

private:
    void begin(const Route& route);

    std::optional<Route> m_route;
    std::size_t m_point = 0;
};

}
