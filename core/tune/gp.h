// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/math/linear.h"

#include <optional>

namespace core::tune {

/// Matérn-5/2 with a weight of its own for every coordinate (automatic relevance determination):
/// k = s·(1 + √5·r + 5/3·r²)·e^(−√5·r), r² = Σ wᵢ·Δᵢ², w = 1/ℓ². Of a category Δ² is 1 where two points differ, else 0.
/// A constant of variance `level` is added: the process's mean is learned, and points close together count for it as
/// one (Rasmussen & Williams 2006, 2.7).
struct Kernel {
    std::vector<double> weights; ///< 1 / lengthscale²
    double scale = 1;
    double level = 0;
    double noise = 1e-6; ///< variance
    std::vector<bool> categorical;

    double squaredDistance(std::span<const double> a, std::span<const double> b) const;
    double at(double squaredDistance) const;
    /// Of a point with itself.
    double variance() const { return scale + level; }
    /// dk / d r²
    double slope(double squaredDistance) const;
};

/// Points of the unit cube and what was measured there.
struct GpData {
    math::Matrix x;
    std::vector<double> y; ///< standardised: mean 0, deviation 1

    std::size_t size() const { return y.size(); }
};

/// log p(y | x, kernel) = −½·yᵀK⁻¹y − ½·log det K − n/2·log 2π; `gradient`, where wanted, by log wᵢ …, log s, log
/// noise.
double logMarginalLikelihood(const GpData& data, const Kernel& kernel, std::vector<double>* gradient = nullptr);

struct Prediction {
    double mean = 0, variance = 0; ///< of the function itself, without noise
};

/// A Gaussian process given its data.
class GaussianProcess {
public:
    GaussianProcess(GpData data, Kernel kernel);

    const Kernel& kernel() const { return m_kernel; }
    const GpData& data() const { return m_data; }
    Prediction at(std::span<const double> x) const;
    /// With the slopes of mean and variance by x; of categories they are 0.
    Prediction at(std::span<const double> x, std::span<double> meanSlope, std::span<double> varianceSlope) const;
    /// k(x, data), and K⁻¹ y for values that differ from the data's own.
    std::vector<double> covariances(std::span<const double> x) const;
    std::vector<double> weightsFor(std::span<const double> y) const { return m_factor.solve(y); }
    const math::Cholesky& factor() const { return m_factor; }

private:
    GpData m_data;
    Kernel m_kernel;
    math::Cholesky m_factor;
    std::vector<double> m_weights; ///< K⁻¹ y
};

/// The kernel of the highest posterior density: marginal likelihood with weak priors that keep lengths near the cube's
/// own size and noise small, from a few starts. Where `noise` is given it stays.
Kernel fitKernel(const GpData& data, const std::vector<bool>& categorical, std::optional<double> noise);

}
