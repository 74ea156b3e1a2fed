// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/surrogate.h"

#include "core/base/rng.h"
#include "core/tune/math/minimize.h"
#include "core/tune/math/quasi.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace core::tune {

using base::Object;

std::vector<bool> categoriesOf(const Space& space, bool withTask)
{
    std::vector<bool> found;
    for (const Parameter& each : space.parameters())
        found.push_back(each.range.type == Type::Categorical);
    if (withTask)
        found.push_back(true);
    return found;
}

namespace {

struct Scored {
    double value;
    std::vector<double> x;
};

// Improves a place: ascent where there is a slope, steps to neighbours elsewhere.
class Climb {
public:
    Climb(const Space& space, const Acquisition& acquisition, const base::Draw& draw)
        : m_space(space),
          m_acquisition(acquisition),
          m_draw(draw)
    {
        for (const Parameter& each : space.parameters())
            m_counts.push_back(each.range.count());
    }

    Scored from(Scored place)
    {
        for (int round = 0; round < 4; ++round) {
            const double before = place.value;
            if (m_acquisition.slope)
                ascend(place);
            else
                wander(place);
            neighbours(place);
            if (!(place.value > before + 1e-9))
                break;
        }
        return place;
    }

private:
    const Space& m_space;
    const Acquisition& m_acquisition;
    base::Draw m_draw;
    std::uint64_t m_drawn = 0;
    std::vector<std::optional<std::int64_t>> m_counts;

    void take(Scored& place, std::vector<double> x)
    {
        x = m_space.filledUnitOf(m_space.pointAt(x));
        const double value = m_acquisition.value(x);
        if (value > place.value)
            place = {value, std::move(x)};
    }

    void ascend(Scored& place)
    {
        std::vector<std::size_t> free;
        const Object point = m_space.pointAt(place.x);
        for (std::size_t i = 0; i < place.x.size(); ++i)
            if (!m_counts[i] && m_space.isActive(i, point))
                free.push_back(i);
        if (free.empty())
            return;
        std::vector<double> whole = place.x, slope(whole.size()), start;
        for (const std::size_t i : free)
            start.push_back(whole[i]);
        const auto f = [&](std::span<const double> x, std::span<double> gradient) {
            for (std::size_t k = 0; k < free.size(); ++k)
                whole[free[k]] = x[k];
            const double value = m_acquisition.slope(whole, slope);
            for (std::size_t k = 0; k < free.size(); ++k)
                gradient[k] = -slope[free[k]];
            return -value;
        };
        const math::Minimum found = math::minimize(f, std::move(start), 0, 1, m_acquisition.iterations);
        for (std::size_t k = 0; k < free.size(); ++k)
            whole[free[k]] = found.x[k];
        take(place, whole);
    }

    void wander(Scored& place)
    {
        for (int step = 0; step < m_acquisition.iterations; ++step) {
            std::vector<double> x = place.x;
            const double reach = std::pow(10.0, -3 * m_draw.uniform(m_drawn++));
            for (std::size_t i = 0; i < x.size(); ++i)
                if (!m_counts[i])
                    x[i] = std::clamp(x[i] + 0.3 * reach * m_draw.normal(m_drawn++), 0.0, 1.0);
            take(place, std::move(x));
        }
    }

    void neighbours(Scored& place)
    {
        for (std::size_t i = 0; i < m_counts.size(); ++i) {
            if (!m_counts[i] || *m_counts[i] < 2)
                continue;
            const Distribution& range = m_space.parameters()[i].range;
            const auto here = range.indexOf(range.fromUnit(place.x[i])).value_or(0);
            std::vector<std::int64_t> tries;
            if (*m_counts[i] <= 16)
                for (std::int64_t k = 0; k < *m_counts[i]; ++k)
                    tries.push_back(k);
            else
                for (std::int64_t step = 1; step < *m_counts[i]; step *= 3)
                    tries.insert(tries.end(), {here - step, here + step});
            for (const std::int64_t k : tries)
                if (k != here && k >= 0 && k < *m_counts[i]) {
                    std::vector<double> x = place.x;
                    x[i] = range.toUnit(range.at(k));
                    take(place, std::move(x));
                }
        }
    }
};

}

namespace {

double distanceOf(const std::vector<double>& a, const std::vector<double>& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

// Where it is worth to climb: the best candidate, the best close to the best trial, whose peak is narrow, and others
// that lie apart, so that not all climb the same hill. `places` stand in their order.
std::vector<Scored> startsOf(const std::vector<Scored>& places, const std::vector<std::vector<double>>& seeds,
                             std::size_t count)
{
    std::vector<Scored> starts;
    if (!seeds.empty())
        for (const double reach : {0.1, 0.01})
            for (const Scored& place : places)
                if (const double distance = distanceOf(place.x, seeds.front()); distance > 0 && distance < reach) {
                    starts.push_back(place);
                    break;
                }
    for (const Scored& place : places) {
        if (starts.size() >= count)
            break;
        if (std::ranges::none_of(starts, [&](const Scored& other) { return distanceOf(place.x, other.x) < 0.1; }))
            starts.push_back(place);
    }
    return starts;
}

}

std::vector<Object> mostPromising(const Space& space, const Acquisition& acquisition,
                                  const std::vector<std::vector<double>>& seeds, std::uint64_t key)
{
    const std::size_t d = space.size();
    const base::Draw draw(key, "candidates");
    std::vector<Scored> places;
    const auto add = [&](std::vector<double> x) {
        x = space.filledUnitOf(space.pointAt(x));
        const double value = acquisition.value(x);
        places.push_back({std::isnan(value) ? -std::numeric_limits<double>::infinity() : value, std::move(x)});
    };
    for (const auto& seed : seeds)
        add(seed);
    for (std::size_t c = 0; c < acquisition.candidates; ++c) {
        std::vector<double> x(d);
        for (std::size_t i = 0; i < d; ++i)
            x[i] = i < math::sobolDimensions ? math::scrambledSobol(std::uint32_t(c), i, draw.key())
                                             : draw.uniform(c * d + i);
        // A part of them lies near what is good already.
        if (c % 4 == 3 && !seeds.empty()) {
            const auto& seed = seeds[c / 4 % seeds.size()];
            const double reach = std::pow(10.0, -1 - 2 * draw.uniform(~std::uint64_t(c)));
            for (std::size_t i = 0; i < d; ++i)
                x[i] = space.parameters()[i].range.type == Type::Categorical && x[i] > 0.2
                           ? seed[i]
                           : std::clamp(seed[i] + reach * (4 * x[i] - 2), 0.0, 1.0);
        }
        add(std::move(x));
    }
    const auto byValue = [](const Scored& a, const Scored& b) { return a.value > b.value; };
    std::ranges::stable_sort(places, byValue);
    Climb climb(space, acquisition, draw.within(1));
    for (const Scored& start : startsOf(places, seeds, acquisition.starts))
        places.push_back(climb.from(start));
    std::ranges::stable_sort(places, byValue);
    std::vector<Object> points;
    std::set<std::vector<double>> known;
    for (const Scored& place : places) {
        if (known.insert(place.x).second)
            points.push_back(space.pointAt(place.x));
        if (points.size() == acquisition.kept)
            break;
    }
    return points;
}

Object firstUntried(const std::vector<Object>& points, const History& history)
{
    for (const Object& point : points)
        if (std::ranges::none_of(history.trials, [&](const Trial& each) { return each.parameters == point; }))
            return point;
    return points.front();
}

}
