// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/minimize.h"

#include "core/tune/math/linear.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace core::tune::math {

namespace {

constexpr std::size_t remembered = 10;

struct Pair {
    std::vector<double> s, y;
    double rho;
};

// −H·g by the two loops of L-BFGS.
std::vector<double> direction(const std::vector<double>& gradient, const std::deque<Pair>& pairs)
{
    std::vector<double> q = gradient;
    std::vector<double> alphas(pairs.size());
    for (std::size_t i = pairs.size(); i-- > 0;) {
        alphas[i] = pairs[i].rho * dot(pairs[i].s, q);
        for (std::size_t k = 0; k < q.size(); ++k)
            q[k] -= alphas[i] * pairs[i].y[k];
    }
    if (!pairs.empty()) {
        const double scale = 1 / (pairs.back().rho * dot(pairs.back().y, pairs.back().y));
        for (double& each : q)
            each *= scale;
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const double beta = pairs[i].rho * dot(pairs[i].y, q);
        for (std::size_t k = 0; k < q.size(); ++k)
            q[k] += (alphas[i] - beta) * pairs[i].s[k];
    }
    for (double& each : q)
        each = -each;
    return q;
}

class Descent {
public:
    Descent(const Differentiable& f, std::vector<double> start, double low, double high)
        : m_f(f),
          m_low(low),
          m_high(high),
          m_x(std::move(start)),
          m_gradient(m_x.size()),
          m_next(m_x.size()),
          m_nextGradient(m_x.size())
    {
        for (double& each : m_x)
            each = std::clamp(each, low, high);
        m_value = f(m_x, m_gradient);
    }

    Minimum run(int iterations)
    {
        for (int iteration = 0; iteration < iterations && std::isfinite(m_value); ++iteration) {
            const double before = m_value;
            if (!step() || before - m_value <= 1e-12 * (1 + std::abs(before)))
                break;
        }
        return {std::move(m_x), m_value};
    }

private:
    const Differentiable& m_f;
    double m_low, m_high, m_value = 0;
    std::vector<double> m_x, m_gradient, m_next, m_nextGradient;
    std::deque<Pair> m_pairs;

    bool held(std::size_t i) const
    {
        return (m_x[i] <= m_low && m_gradient[i] > 0) || (m_x[i] >= m_high && m_gradient[i] < 0);
    }

    // False where nothing goes down any more.
    bool step()
    {
        std::vector<double> free = m_gradient;
        for (std::size_t i = 0; i < free.size(); ++i)
            if (held(i))
                free[i] = 0;
        const double size = std::sqrt(dot(free, free));
        if (!(size > 1e-9))
            return false;
        std::vector<double> way = direction(free, m_pairs);
        for (std::size_t i = 0; i < way.size(); ++i)
            if (held(i))
                way[i] = 0;
        const bool plain = m_pairs.empty() || !(dot(way, free) < 0);
        if (plain) {
            m_pairs.clear();
            for (std::size_t i = 0; i < way.size(); ++i)
                way[i] = -free[i];
        }
        const double first = plain ? std::min(1.0, 0.1 * (m_high - m_low) / size) : 1;
        if (lower(way, first))
            return true;
        if (plain)
            return false;
        // What was remembered misleads here: once more without it.
        m_pairs.clear();
        return step();
    }

    bool lower(const std::vector<double>& way, double length)
    {
        for (int halving = 0; halving < 30; ++halving, length /= 2) {
            double promised = 0;
            for (std::size_t i = 0; i < way.size(); ++i) {
                m_next[i] = std::clamp(m_x[i] + length * way[i], m_low, m_high);
                promised += m_gradient[i] * (m_next[i] - m_x[i]);
            }
            const double value = m_f(m_next, m_nextGradient);
            if (std::isfinite(value) && value <= m_value + 1e-4 * promised) {
                take(value);
                return true;
            }
        }
        return false;
    }

    void take(double value)
    {
        Pair pair{m_next, m_nextGradient, 0};
        for (std::size_t i = 0; i < m_x.size(); ++i) {
            pair.s[i] -= m_x[i];
            pair.y[i] -= m_gradient[i];
        }
        const double curvature = dot(pair.s, pair.y);
        if (curvature > 1e-14 * dot(pair.y, pair.y)) {
            pair.rho = 1 / curvature;
            m_pairs.push_back(std::move(pair));
            if (m_pairs.size() > remembered)
                m_pairs.pop_front();
        }
        m_x.swap(m_next);
        m_gradient.swap(m_nextGradient);
        m_value = value;
    }
};

}

Minimum minimize(const Differentiable& f, std::vector<double> start, double low, double high, int iterations)
{
    return Descent(f, std::move(start), low, high).run(iterations);
}

}
