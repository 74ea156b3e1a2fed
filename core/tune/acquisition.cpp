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

double logAugmentation(double deviation, double noise, double* slope)
{
    // 1 − τ/h = σ² / (h·(h + τ)), which loses no digits where σ is small.
    const double h = std::hypot(deviation, noise);
    if (slope)
        *slope = noise > 0 ? 2 / deviation - deviation * (2 * h + noise) / (h * h * (h + noise)) : 0;
    return noise > 0 ? 2 * std::log(deviation) - std::log(h * (h + noise)) : 0;
}

double confidenceBound(double mean, double deviation, double kappa)
{
    return kappa * deviation - mean;
}

}
