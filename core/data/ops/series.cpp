// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/series.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core::data {

namespace {

// The slopes at the knots: a dense system, since there are few of them.
std::vector<double> slopesOf(const std::vector<double>& x, const std::vector<double>& y)
{
    const std::size_t n = x.size();
    std::vector<std::vector<double>> rows(n, std::vector<double>(n + 1, 0.0));
    const auto width = [&](std::size_t i) { return x[i + 1] - x[i]; };
    const auto rise = [&](std::size_t i) { return (y[i + 1] - y[i]) / width(i); };
    for (std::size_t i = 1; i + 1 < n; ++i) {
        rows[i][i - 1] = width(i);
        rows[i][i] = 2 * (width(i - 1) + width(i));
        rows[i][i + 1] = width(i - 1);
        rows[i][n] = 3 * (width(i) * rise(i - 1) + width(i - 1) * rise(i));
    }
    // The first two pieces are one cubic, and so are the last two.
    const double d = x[2] - x[0], e = x[n - 1] - x[n - 3];
    rows[0][0] = width(1);
    rows[0][1] = d;
    rows[0][n] = ((width(0) + 2 * d) * width(1) * rise(0) + width(0) * width(0) * rise(1)) / d;
    rows[n - 1][n - 1] = width(n - 3);
    rows[n - 1][n - 2] = e;
    rows[n - 1][n] =
        (width(n - 2) * width(n - 2) * rise(n - 3) + (2 * e + width(n - 2)) * width(n - 3) * rise(n - 2)) / e;
    for (std::size_t column = 0; column < n; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < n; ++row)
            if (std::abs(rows[row][column]) > std::abs(rows[pivot][column]))
                pivot = row;
        std::swap(rows[column], rows[pivot]);
        for (std::size_t row = 0; row < n; ++row) {
            const double factor = row == column ? 0 : rows[row][column] / rows[column][column];
            for (std::size_t i = column; i <= n && factor != 0; ++i)
                rows[row][i] -= factor * rows[column][i];
        }
    }
    std::vector<double> slopes;
    for (std::size_t i = 0; i < n; ++i)
        slopes.push_back(rows[i][n] / rows[i][i]);
    return slopes;
}

}

std::vector<double> cubicSpline(const std::vector<double>& places, const std::vector<double>& values,
                                const std::vector<double>& at)
{
    assert(places.size() >= 4 && places.size() == values.size());
    const std::vector<double> slopes = slopesOf(places, values);
    std::vector<double> out;
    for (const double x : at) {
        const auto next = std::upper_bound(places.begin() + 1, places.end() - 1, x);
        const std::size_t i = std::size_t(next - places.begin()) - 1;
        const double width = places[i + 1] - places[i], t = (x - places[i]) / width;
        const double t2 = t * t, t3 = t2 * t;
        out.push_back((2 * t3 - 3 * t2 + 1) * values[i] + (t3 - 2 * t2 + t) * width * slopes[i] +
                      (3 * t2 - 2 * t3) * values[i + 1] + (t3 - t2) * width * slopes[i + 1]);
    }
    return out;
}

void interpolate(const float* values, std::int64_t count, const std::vector<double>& at, float* out)
{
    for (const double place : at) {
        const double inside = std::clamp(place, 0.0, double(count - 1));
        const std::int64_t first = std::min(std::int64_t(inside), std::max<std::int64_t>(0, count - 2));
        const double share = inside - double(first);
        const float next = values[std::min(first + 1, count - 1)];
        // A missing neighbour that weighs nothing is not looked at.
        *out++ = share == 0 ? values[first] : float(double(values[first]) + share * (double(next) - values[first]));
    }
}

std::vector<double> evenly(double first, double last, std::int64_t count)
{
    std::vector<double> places;
    for (std::int64_t i = 0; i < count; ++i)
        places.push_back(count > 1 ? first + (last - first) * double(i) / double(count - 1) : first);
    return places;
}

std::vector<double> warpedWindow(std::int64_t steps, std::int64_t from, std::int64_t to, double scale)
{
    const std::int64_t length = to - from;
    const std::int64_t warped = std::max<std::int64_t>(1, std::int64_t(double(length) * scale));
    std::vector<double> longer;
    for (std::int64_t i = 0; i < from; ++i)
        longer.push_back(double(i));
    for (const double place : evenly(double(from), double(to - 1), warped))
        longer.push_back(place);
    for (std::int64_t i = to; i < steps; ++i)
        longer.push_back(double(i));
    std::vector<double> at;
    for (const double place : evenly(0, double(longer.size()) - 1, steps)) {
        const std::size_t first = std::min(std::size_t(place), longer.size() - 1);
        const std::size_t next = std::min(first + 1, longer.size() - 1);
        at.push_back(longer[first] + (place - double(first)) * (longer[next] - longer[first]));
    }
    return at;
}

}
