// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/percentile.h"

#include <algorithm>
#include <cmath>

namespace core::debug {

namespace {

double inSorted(const std::vector<double>& values, double percent)
{
    if (values.empty())
        return std::nan("");
    const double place = percent / 100 * double(values.size() - 1);
    const auto below = std::size_t(place);
    const double above = values[std::min(below + 1, values.size() - 1)];
    return values[below] + (place - double(below)) * (above - values[below]);
}

}

double percentile(std::vector<double> values, double percent)
{
    std::ranges::sort(values);
    return inSorted(values, percent);
}

Spread spreadOf(std::vector<double> values)
{
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty())
        return {};
    std::ranges::sort(values);
    return {values.back(), inSorted(values, 99), inSorted(values, 95), inSorted(values, 50), values.front(), true};
}

}
