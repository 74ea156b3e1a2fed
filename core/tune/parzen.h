// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/tune/distribution.h"

#include <span>

namespace core::tune {

/// The density of the tree-structured Parzen estimator over some parameters at once (Bergstra et al. 2011;
/// multivariate: Falkner et al. 2018), as Optuna 5 has it: a mixture of one kernel for every observation and one wide
/// prior, each a product of normals cut off at the range's ends, or of categories. Coordinates are those of the scales;
/// of a category its index.
class Parzen {
public:
    /// `observations`: a row for each, oldest first; `weights`: one each, the prior has 1. Of n kernels each gives
    /// every category categoryPrior / n beside the 1 of its own; Optuna has 1 there.
    Parzen(std::vector<Distribution> ranges, const std::vector<std::vector<double>>& observations,
           std::vector<double> weights, double categoryPrior = 1);

    std::size_t kernels() const { return m_weights.size(); }
    double logPdf(std::span<const double> x) const;
    /// The `index`-th draw.
    std::vector<double> sample(const base::Draw& draw, std::uint64_t index) const;

    static double coordinateOf(const Distribution& range, const base::Value& value);
    static base::Value valueAt(const Distribution& range, double coordinate);

private:
    struct Dimension {
        std::vector<double> centres, widths, inverse; ///< a kernel each
        std::vector<double> constants;                ///< what its logarithm has at every place
        std::vector<double> shares;                   ///< of a category: kernel by kernel
    };
    std::vector<Distribution> m_ranges;
    std::vector<double> m_weights, m_logWeights;
    std::vector<Dimension> m_dimensions;

    void addNumber(const Distribution& range, std::vector<double> centres);
    void addCategory(const Distribution& range, const std::vector<double>& observed, double categoryPrior);
    void addLogKernels(std::size_t dimension, double x, std::vector<double>& logs) const;
};

/// Optuna's weights of n observations, oldest first: 1 for the newest 25, a ramp from 1/n to 1 for those before.
std::vector<double> parzenWeights(std::size_t n);

}
