// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/tune/math/linear.h"

namespace core::tune {

/// Covariance matrix adaptation, (μ/μ_w, λ) with negative weights, after Hansen's tutorial (2016, arXiv 1604.00772);
/// the numbers of its equations stand beside the code.
class Cma {
public:
    struct Constants {
        std::size_t population = 0, parents = 0;
        double muEff = 0, c1 = 0, cmu = 0, cSigma = 0, dSigma = 0, cc = 0, chi = 0;
        std::vector<double> weights;
    };
    /// `population` 0: 4 + ⌊3·ln n⌋.
    Cma(std::vector<double> mean, double sigma, std::size_t population = 0);

    const Constants& constants() const { return m_constants; }
    const std::vector<double>& mean() const { return m_mean; }
    double sigma() const { return m_sigma; }
    const math::Matrix& covariance() const { return m_covariance; }
    std::int64_t generation() const { return m_generation; }
    /// The largest standard deviation of a draw.
    double reach() const;

    /// A draw inside [0, 1]^n: drawn again while it is outside, in the end moved to the wall.
    std::vector<double> ask(const base::Draw& draw) const;
    /// A generation of `population` points with their losses.
    void tell(std::vector<std::pair<std::vector<double>, double>> solutions);

private:
    Constants m_constants;
    std::vector<double> m_mean, m_pathSigma, m_path;
    double m_sigma;
    math::Matrix m_covariance;
    math::Eigen m_eigen; ///< of the covariance
    std::int64_t m_generation = 0;

    void decompose();
    std::vector<double> whitened(const std::vector<double>& y) const;
};

}
