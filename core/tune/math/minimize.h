// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace core::tune::math {

/// The value at `x`; fills `gradient`.
using Differentiable = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct Minimum {
    std::vector<double> x;
    double value = 0;
};

/// A minimum inside a box near `start`: L-BFGS (Nocedal 1980) of the coordinates that are not held by a wall,
/// projected, with halving of steps until the decrease is enough (Armijo, 1e-4).
Minimum minimize(const Differentiable& f, std::vector<double> start, double low, double high, int iterations = 100);

}
