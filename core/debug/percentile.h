// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace core::debug {

/// The value below which `percent` of the values lie, between two of them in a line, as numpy's percentile; NaN of
/// none.
double percentile(std::vector<double> values, double percent);

/// How values are spread.
struct Spread {
    double max = 0, p99 = 0, p95 = 0, p50 = 0, min = 0;
    bool any = false;
};
Spread spreadOf(std::vector<double> values);

}
