// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/gp.h"

#include "core/tune/math/minimize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::tune {

using math::Matrix;

namespace {

const double root5 = std::sqrt(5.0);

Matrix covarianceOf(const GpData& data, const Kernel& kernel)
{
    const std::size_t n = data.size();
    Matrix k(n, n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j)
            k(i, j) = k(j, i) = kernel.at(kernel.squaredDistance(data.x.row(i), data.x.row(j)));
        k(i, i) = kernel.variance() + kernel.noise;
    }
    return k;
}

double square(double x)
{
    return x * x;
}

}

double Kernel::squaredDistance(std::span<const double> a, std::span<const double> b) const
{
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += weights[i] * (categorical[i] ? double(a[i] != b[i]) : square(a[i] - b[i]));
    return sum;
}

double Kernel::at(double squaredDistance) const
{
    const double r = root5 * std::sqrt(squaredDistance);
    return level + scale * (1 + r + r * r / 3) * std::exp(-r);
}

double Kernel::slope(double squaredDistance) const
{
    const double r = root5 * std::sqrt(squaredDistance);
    return -scale * 5 / 6 * (1 + r) * std::exp(-r);
}

double logMarginalLikelihood(const GpData& data, const Kernel& kernel, std::vector<double>* gradient)
{
    const std::size_t n = data.size(), d = kernel.weights.size();
    const math::Cholesky factor(covarianceOf(data, kernel));
    const std::vector<double> alpha = factor.solve(data.y);
    const double value = -0.5 * math::dot(data.y, alpha) - 0.5 * factor.logDeterminant() -
                         0.5 * double(n) * std::log(2 * std::numbers::pi);
    if (!gradient)
        return value;
    // ½·tr((ααᵀ − K⁻¹)·dK/dθ), every cell once.
    const Matrix inverse = factor.inverse();
    gradient->assign(d + 2, 0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const auto a = data.x.row(i), b = data.x.row(j);
            const double weight = alpha[i] * alpha[j] - inverse(i, j);
            const double distance = kernel.squaredDistance(a, b);
            const double slope = weight * kernel.slope(distance);
            for (std::size_t k = 0; k < d; ++k)
                (*gradient)[k] +=
                    slope * kernel.weights[k] * (kernel.categorical[k] ? double(a[k] != b[k]) : square(a[k] - b[k]));
            (*gradient)[d] += weight * (kernel.at(distance) - kernel.level);
        }
        const double weight = 0.5 * (alpha[i] * alpha[i] - inverse(i, i));
        (*gradient)[d] += weight * kernel.scale;
        (*gradient)[d + 1] += weight * kernel.noise;
    }
    return value;
}

GaussianProcess::GaussianProcess(GpData data, Kernel kernel)
    : m_data(std::move(data)),
      m_kernel(std::move(kernel)),
      m_factor(covarianceOf(m_data, m_kernel)),
      m_weights(m_factor.solve(m_data.y))
{
}

std::vector<double> GaussianProcess::covariances(std::span<const double> x) const
{
    std::vector<double> k(m_data.size());
    for (std::size_t i = 0; i < k.size(); ++i)
        k[i] = m_kernel.at(m_kernel.squaredDistance(x, m_data.x.row(i)));
    return k;
}

Prediction GaussianProcess::at(std::span<const double> x) const
{
    const std::vector<double> k = covariances(x), v = m_factor.forward(k);
    return {math::dot(k, m_weights), std::max(m_kernel.variance() - math::dot(v, v), 0.0)};
}

Prediction GaussianProcess::at(std::span<const double> x, std::span<double> meanSlope,
                               std::span<double> varianceSlope) const
{
    const std::size_t n = m_data.size(), d = x.size();
    std::vector<double> k(n), slopes(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double distance = m_kernel.squaredDistance(x, m_data.x.row(i));
        k[i] = m_kernel.at(distance);
        slopes[i] = m_kernel.slope(distance);
    }
    const std::vector<double> v = m_factor.forward(k), solved = m_factor.backward(v);
    std::fill(meanSlope.begin(), meanSlope.end(), 0);
    std::fill(varianceSlope.begin(), varianceSlope.end(), 0);
    for (std::size_t i = 0; i < n; ++i) {
        const auto point = m_data.x.row(i);
        for (std::size_t c = 0; c < d; ++c) {
            if (m_kernel.categorical[c])
                continue;
            const double slope = 2 * slopes[i] * m_kernel.weights[c] * (x[c] - point[c]);
            meanSlope[c] += m_weights[i] * slope;
            varianceSlope[c] -= 2 * solved[i] * slope;
        }
    }
    return {math::dot(k, m_weights), std::max(m_kernel.variance() - math::dot(v, v), 0.0)};
}

namespace {

// Log densities of the priors by the logarithm of what they are of, with their slopes. Weights: −0.1/w − 0.1·w, flat
// over lengths from a third to three of the cube's edge; scale: gamma(2, 1); noise: gamma(1.1, 30).
double weightPrior(double logWeight, double& slope)
{
    const double w = std::exp(logWeight);
    slope = 0.1 / w - 0.1 * w;
    return -0.1 / w - 0.1 * w;
}

double gammaPrior(double log, double shape, double rate, double& slope)
{
    const double x = std::exp(log);
    slope = (shape - 1) - rate * x;
    return (shape - 1) * log - rate * x;
}

constexpr double leastNoise = 1e-8;
// Of standardised losses. Their plain mean moves to the good the longer a study stays there, and would have a model
// believe that of places that it has not seen.
constexpr double levelVariance = 4;

}

Kernel fitKernel(const GpData& data, const std::vector<bool>& categorical, std::optional<double> noise)
{
    const std::size_t d = categorical.size();
    const auto kernelOf = [&](std::span<const double> logs) {
        Kernel kernel;
        kernel.categorical = categorical;
        for (std::size_t i = 0; i < d; ++i)
            kernel.weights.push_back(std::exp(logs[i]));
        kernel.scale = std::exp(logs[d]);
        kernel.level = levelVariance;
        kernel.noise = noise ? *noise : leastNoise + std::exp(logs[d + 1]);
        return kernel;
    };
    const auto loss = [&](std::span<const double> logs, std::span<double> gradient) {
        const Kernel kernel = kernelOf(logs);
        std::vector<double> slopes;
        double value = logMarginalLikelihood(data, kernel, &slopes);
        for (std::size_t i = 0; i < d + 2; ++i) {
            double slope = 0;
            if (i < d)
                value += weightPrior(logs[i], slope);
            else if (i == d)
                value += gammaPrior(logs[i], 2, 1, slope);
            else if (!noise) {
                slopes[i] *= std::exp(logs[i]) / kernel.noise;
                value += gammaPrior(logs[i], 1.1, 30, slope);
            } else
                slopes[i] = 0;
            gradient[i] = -(slopes[i] + slope);
        }
        return -value;
    };
    std::optional<math::Minimum> best;
    for (const double start : {0.0, 2.0}) {
        std::vector<double> logs(d + 2, start);
        logs[d] = 0;
        logs[d + 1] = std::log(1e-3);
        auto found = math::minimize(loss, std::move(logs), -14, 9, 60);
        if (std::isfinite(found.value) && (!best || found.value < best->value))
            best = std::move(found);
    }
    if (best)
        return kernelOf(best->x);
    std::vector<double> plain(d + 2, 0);
    plain[d + 1] = std::log(1e-3);
    return kernelOf(plain);
}

}
