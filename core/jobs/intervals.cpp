// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/intervals.h"

#include <cmath>

namespace core::jobs {

double youngInterval(const IntervalCosts& costs)
{
    return std::sqrt(2 * costs.save * costs.mtbf);
}

double dalyInterval(const IntervalCosts& costs)
{
    if (costs.save >= 2 * costs.mtbf)
        return costs.mtbf;
    const double ratio = costs.save / (2 * costs.mtbf);
    return youngInterval(costs) * (1 + std::sqrt(ratio) / 3 + ratio / 9) - costs.save;
}

double expectedRunTime(double work, double interval, const IntervalCosts& costs)
{
    const double mean = costs.mtbf;
    return mean * std::exp(costs.restart / mean) * std::expm1((interval + costs.save) / mean) * work / interval;
}

std::vector<IntervalPoint> intervalCurve(double work, const IntervalCosts& costs, double pricePerHour, double low,
                                         double high, int count)
{
    std::vector<IntervalPoint> points;
    for (int i = 0; i < count; ++i) {
        const double interval = low * std::pow(high / low, count > 1 ? double(i) / (count - 1) : 0.0);
        const double seconds = expectedRunTime(work, interval, costs);
        points.push_back({interval, seconds, seconds / 3600 * pricePerHour});
    }
    return points;
}

}
