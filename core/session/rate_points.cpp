// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rate_points.h"

#include "core/spec/experiment.h"
#include "core/spec/schedule_common.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace core::session {

using base::Value;

namespace {

constexpr std::size_t mostPoints = 12;
constexpr double tolerance = 0.01; ///< of the highest rate

// Six digits: nobody's hand draws more, and the file stays readable.
double shortened(double factor)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", factor);
    return std::strtod(text, nullptr);
}

bool drawn(const Value& resolved)
{
    const Value& schedule = resolved["train"]["schedule"];
    return schedule["kind"].text() == "piecewise" && schedule["unit"].text() == "step" &&
           schedule["interpolation"].text() == "linear" && schedule["warmup_steps"].toInt() == 0;
}

std::size_t farthest(const std::vector<double>& lr, std::size_t from, std::size_t to, double& distance)
{
    std::size_t place = from;
    distance = 0;
    for (std::size_t i = from + 1; i < to; ++i) {
        const double share = double(i - from) / double(to - from);
        const double off = std::abs(lr[i] - (lr[from] + (lr[to] - lr[from]) * share));
        if (off > distance) {
            distance = off;
            place = i;
        }
    }
    return place;
}

// Ramer–Douglas–Peucker, the worst place first, until the line is close or the points are used up.
std::vector<RatePoint> simplified(const std::vector<double>& lr)
{
    std::vector<std::size_t> places{0};
    if (lr.size() > 1)
        places.push_back(lr.size() - 1);
    const double close = tolerance * *std::ranges::max_element(lr);
    while (places.size() < mostPoints) {
        std::size_t place = 0;
        double worst = close;
        for (std::size_t i = 1; i < places.size(); ++i) {
            double distance = 0;
            const std::size_t far = farthest(lr, places[i - 1], places[i], distance);
            if (distance > worst) {
                worst = distance;
                place = far;
            }
        }
        if (worst <= close)
            break;
        places.insert(std::ranges::lower_bound(places, place), place);
    }
    std::vector<RatePoint> points;
    for (const std::size_t place : places)
        points.push_back({std::int64_t(place), lr[place]});
    return points;
}

}

std::vector<RatePoint> ratePoints(const Value& resolved, const SchedulePreview& rates)
{
    if (rates.lr.empty())
        return {};
    if (!drawn(resolved))
        return simplified(rates.lr);
    const Value& schedule = resolved["train"]["schedule"];
    const base::Array &milestones = schedule["milestones"].array(), &factors = schedule["factors"].array();
    std::vector<RatePoint> points;
    for (std::size_t i = 0; i < std::min(milestones.size(), factors.size()); ++i)
        points.push_back({milestones[i].toInt(), factors[i].toReal() * rates.base});
    return points;
}

Value scheduleThrough(const std::vector<RatePoint>& points, double base)
{
    base::Array milestones, factors;
    for (const RatePoint& point : points) {
        milestones.push_back(point.step);
        factors.push_back(base > 0 ? shortened(point.lr / base) : 0.0);
    }
    return base::Object{{"kind", "piecewise"}, {"milestones", milestones}, {"factors", factors}};
}

}
