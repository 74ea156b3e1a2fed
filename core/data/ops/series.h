// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace core::data {

/// A cubic spline without a knot at the second and the last but one (scipy's CubicSpline, `not-a-knot`) through at
/// least four values at places in ascending order, read at `at`.
std::vector<double> cubicSpline(const std::vector<double>& places, const std::vector<double>& values,
                                const std::vector<double>& at);

/// Straight lines between values at 0, 1, 2, …, read at `at`; outside, the outermost value (numpy.interp).
void interpolate(const float* values, std::int64_t count, const std::vector<double>& at, float* out);

/// `count` places from `first` to `last`.
std::vector<double> evenly(double first, double last, std::int64_t count);

/// Where each of `steps` steps is read when the steps from `from` to `to` take `scale` times as long and the whole is
/// brought back to its length (Le Guennec et al. 2016).
std::vector<double> warpedWindow(std::int64_t steps, std::int64_t from, std::int64_t to, double scale);

}
