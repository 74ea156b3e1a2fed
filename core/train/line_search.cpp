// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/line_search.h"

#include <algorithm>
#include <cmath>

namespace core::train {

namespace {

constexpr double c1 = 1e-4, c2 = 0.9, narrowest = 1e-9;

// Where the cubic through two points with their slopes is lowest, between bounds.
double cubicMinimum(const LinePoint& a, const LinePoint& b, double low, double high)
{
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
    const double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0))
        return (low + high) / 2;
    const double d2 = std::sqrt(square);
    const double place = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                                    : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
    return std::min(std::max(place, low), high);
}

class Search {
public:
    Search(const std::function<LinePoint(double)>& look, const LinePoint& start, std::int64_t mostLooks)
        : m_look(look),
          m_start(start),
          m_most(mostLooks)
    {
    }

    LineEnd run(double t, double longest)
    {
        enclose(t);
        return {refine(longest), m_looks};
    }

private:
    LinePoint lookAt(double t)
    {
        ++m_looks;
        return m_look(t);
    }
    bool tooHigh(const LinePoint& point) const { return point.loss > m_start.loss + c1 * point.t * m_start.slope; }
    bool flat(const LinePoint& point) const { return std::abs(point.slope) <= -c2 * m_start.slope; }

    // Goes on until two places enclose a good one, or one is good.
    void enclose(double t)
    {
        LinePoint before = m_start, now = lookAt(t);
        while (m_tries < m_most) {
            if (tooHigh(now) || (m_tries > 1 && now.loss >= before.loss) || (!flat(now) && now.slope >= 0)) {
                m_ends[0] = before;
                m_ends[1] = now;
                return;
            }
            if (flat(now)) {
                m_ends[0] = m_ends[1] = now;
                m_done = true;
                return;
            }
            const double next = cubicMinimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
            before = std::move(now);
            now = lookAt(next);
            ++m_tries;
        }
        m_ends[0] = m_start;
        m_ends[1] = now;
    }

    // A place inside the ends that is not too near to one of them twice in a row.
    double inside(bool& stalled) const
    {
        const double low = std::min(m_ends[0].t, m_ends[1].t), high = std::max(m_ends[0].t, m_ends[1].t);
        const double t = cubicMinimum(m_ends[0], m_ends[1], low, high), margin = 0.1 * (high - low);
        if (std::min(high - t, t - low) >= margin) {
            stalled = false;
            return t;
        }
        if (!stalled && t < high && t > low) {
            stalled = true;
            return t;
        }
        stalled = false;
        return std::abs(t - high) < std::abs(t - low) ? high - margin : low + margin;
    }

    LinePoint refine(double longest)
    {
        bool stalled = false;
        std::size_t low = m_ends[0].loss <= m_ends[1].loss ? 0 : 1;
        while (!m_done && m_tries < m_most) {
            if (std::abs(m_ends[1].t - m_ends[0].t) * longest < narrowest)
                break;
            LinePoint now = lookAt(inside(stalled));
            ++m_tries;
            if (tooHigh(now) || now.loss >= m_ends[low].loss) {
                m_ends[1 - low] = std::move(now);
                low = m_ends[0].loss <= m_ends[1].loss ? 0 : 1;
                continue;
            }
            if (flat(now))
                m_done = true;
            else if (now.slope * (m_ends[1 - low].t - m_ends[low].t) >= 0)
                m_ends[1 - low] = m_ends[low];
            m_ends[low] = std::move(now);
        }
        return m_ends[low];
    }

    const std::function<LinePoint(double)>& m_look;
    const LinePoint& m_start;
    const std::int64_t m_most;
    std::int64_t m_looks = 0, m_tries = 0;
    bool m_done = false;
    LinePoint m_ends[2];
};

}

LineEnd strongWolfe(const std::function<LinePoint(double t)>& look, double t, const LinePoint& start, double longest,
                    std::int64_t mostLooks)
{
    return Search(look, start, mostLooks).run(t, longest);
}

}
