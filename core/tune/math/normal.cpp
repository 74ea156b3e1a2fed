// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/normal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace core::tune::math {

namespace {

const double logRootTwoPi = 0.5 * std::log(2 * std::numbers::pi);

// erfcx(x) = exp(x²)·erfc(x), x ≥ 0: by its continued fraction where erfc itself would vanish.
double scaledErfc(double x)
{
    if (x < 5)
        return std::exp(x * x) * std::erfc(x);
    double fraction = 0;
    for (int k = 60; k > 0; --k)
        fraction = 0.5 * k / (x + fraction);
    return 1 / (std::sqrt(std::numbers::pi) * (x + fraction));
}

// log(exp(a) − exp(b)), a ≥ b.
double logDifference(double a, double b)
{
    return a + std::log1p(-std::exp(b - a));
}

}

double normalPdf(double z)
{
    return std::exp(logNormalPdf(z));
}

double normalCdf(double z)
{
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double logNormalPdf(double z)
{
    return -0.5 * z * z - logRootTwoPi;
}

double logNormalCdf(double z)
{
    if (z > 6)
        return std::log1p(-0.5 * std::erfc(z / std::numbers::sqrt2));
    if (z > -5)
        return std::log(normalCdf(z));
    return -0.5 * z * z + std::log(0.5 * scaledErfc(-z / std::numbers::sqrt2));
}

double logNormalMass(double a, double b)
{
    if (a < -9 && b > 9)
        return 0; // what is outside has no digit of 1
    // On the side where both tails are small, so that nothing cancels.
    if (a > 0)
        return logDifference(logNormalCdf(-a), logNormalCdf(-b));
    if (b <= 0)
        return logDifference(logNormalCdf(b), logNormalCdf(a));
    return std::log1p(-normalCdf(a) - normalCdf(-b));
}

double normalQuantile(double p)
{
    if (p <= 0 || p >= 1)
        return p <= 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    if (p > 0.5)
        return -normalQuantile(1 - p);
    // A start by the tail's growth, then Newton on log Φ, which is concave: it comes from one side.
    double z = p > 0.02 ? (p - 0.5) * 2.5 : -std::sqrt(-2 * std::log(p));
    const double target = std::log(p);
    for (int i = 0; i < 60; ++i) {
        const double value = logNormalCdf(z);
        const double step = (value - target) / std::exp(logNormalPdf(z) - value);
        z -= step;
        if (std::abs(step) <= 1e-15 * std::max(1.0, std::abs(z)))
            break;
    }
    return z;
}

double truncatedQuantile(double u, double a, double b)
{
    if (a > 0)
        return -truncatedQuantile(1 - u, -b, -a);
    if (a < -9 && b > 9)
        return std::clamp(normalQuantile(u), a, b);
    // log Φ(z) = log(Φ(a) + u·(Φ(b) − Φ(a))), kept as a logarithm: both may be far below the smallest number.
    const double low = logNormalCdf(a), mass = logNormalMass(a, b) + std::log(u);
    const double more = std::max(low, mass);
    const double target = more + std::log1p(std::exp(std::min(low, mass) - more));
    double z = std::clamp(target > -3 ? normalQuantile(std::exp(target)) : -std::sqrt(-2 * target), a, b);
    for (int i = 0; i < 60; ++i) {
        const double value = logNormalCdf(z);
        const double step = (value - target) / std::exp(logNormalPdf(z) - value);
        z = std::clamp(z - step, a, b);
        if (std::abs(step) <= 1e-14 * std::max(1.0, std::abs(z)))
            break;
    }
    return z;
}

double logH(double z)
{
    if (z > -1)
        return std::log(normalPdf(z) + z * normalCdf(z));
    // φ(z)·(1 − |z|·√(π/2)·erfcx(|z|/√2)); what is left of the difference far out is 1/z² − 3/z⁴ + ….
    const double x = -z;
    if (x > 1e3)
        return logNormalPdf(z) - 2 * std::log(x);
    const double mills = std::sqrt(std::numbers::pi / 2) * scaledErfc(x / std::numbers::sqrt2);
    double rest = 1 - x * mills;
    if (x > 20) {
        const double w = 1 / (x * x);
        rest = w * (1 - 3 * w * (1 - 5 * w * (1 - 7 * w * (1 - 9 * w))));
    }
    return logNormalPdf(z) + std::log(rest);
}

double logHSlope(double z)
{
    return std::exp(logNormalCdf(z) - logH(z));
}

}
