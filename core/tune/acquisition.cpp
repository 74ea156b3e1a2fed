// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/acquisition.h"

#include "core/tune/math/normal.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

double expectedImprovement(double mean, double deviation, double best)
{
    return deviation > 0 ? std::exp(logExpectedImprovement(mean, deviation, best)) : std::max(best - mean, 0.0);
}

double logExpectedImprovement(double mean, double deviation, double best)
{
    return std::log(deviation) + math::logH((best - mean) / deviation);
}

double confidenceBound(double mean, double deviation, double kappa)
{
    return kappa * deviation - mean;
}

}
