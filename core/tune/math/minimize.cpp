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

}

Minimum minimize(const Differentiable& f, std::vector<double> x, double low, double high, int iterations)
{
    const std::size_t n = x.size();
    for (double& each : x)
        each = std::clamp(each, low, high);
    std::vector<double> gradient(n), next(n), nextGradient(n);
    double value = f(x, gradient);
    std::deque<Pair> pairs;
    const auto held = [&](std::size_t i) {
        return (x[i] <= low && gradient[i] > 0) || (x[i] >= high && gradient[i] < 0);
    };
    for (int iteration = 0; iteration < iterations && std::isfinite(value); ++iteration) {
        std::vector<double> free = gradient;
        for (std::size_t i = 0; i < n; ++i)
            if (held(i))
                free[i] = 0;
        const double size = std::sqrt(dot(free, free));
        if (!(size > 1e-9))
            break;
        std::vector<double> way = direction(free, pairs);
        for (std::size_t i = 0; i < n; ++i)
            if (held(i))
                way[i] = 0;
        if (!(dot(way, free) < 0)) {
            pairs.clear();
            for (std::size_t i = 0; i < n; ++i)
                way[i] = -free[i];
        }
        double step = pairs.empty() ? std::min(1.0, 0.1 * (high - low) / size) : 1;
        bool lower = false;
        double nextValue = value;
        for (int halving = 0; halving < 30 && !lower; ++halving, step /= 2) {
            double promised = 0;
            for (std::size_t i = 0; i < n; ++i) {
                next[i] = std::clamp(x[i] + step * way[i], low, high);
                promised += gradient[i] * (next[i] - x[i]);
            }
            nextValue = f(next, nextGradient);
            lower = std::isfinite(nextValue) && nextValue <= value + 1e-4 * promised;
        }
        if (!lower) {
            if (pairs.empty())
                break;
            pairs.clear();
            continue;
        }
        Pair pair{std::vector<double>(n), std::vector<double>(n), 0};
        for (std::size_t i = 0; i < n; ++i) {
            pair.s[i] = next[i] - x[i];
            pair.y[i] = nextGradient[i] - gradient[i];
        }
        const double curvature = dot(pair.s, pair.y);
        const double decrease = value - nextValue;
        if (curvature > 1e-14 * dot(pair.y, pair.y)) {
            pair.rho = 1 / curvature;
            pairs.push_back(std::move(pair));
            if (pairs.size() > remembered)
                pairs.pop_front();
        }
        x.swap(next);
        gradient.swap(nextGradient);
        value = nextValue;
        if (decrease <= 1e-12 * (1 + std::abs(value)))
            break;
    }
    return {std::move(x), value};
}

}
