// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/tune/surrogate.h"

namespace core::tune {

/// A regression tree over the unit cube: numbers are divided at a threshold, categories into one value and the others.
struct RegressionTree {
    struct Node {
        std::int64_t left = -1, right = -1; ///< −1: a leaf
        std::size_t column = 0;
        double threshold = 0; ///< ≤ goes left; of a category: equal
        double mean = 0, variance = 0;
    };
    std::vector<Node> nodes;

    const Node& leafAt(std::span<const double> x, const std::vector<bool>& categorical) const;
};

struct ForestSpec {
    std::size_t trees = 32, leastLeaf = 1;
    double columns = 1; ///< the share that a division chooses from
};

/// Trees of bootstrapped rows (Breiman 2001); where a threshold lies between two rows is drawn too, so that the trees'
/// differences tell how little is known between them (Hutter, Hoos & Leyton-Brown 2011).
class Forest {
public:
    Forest(const math::Matrix& x, const std::vector<double>& y, std::vector<bool> categorical, const ForestSpec& spec,
           std::uint64_t key);

    const std::vector<RegressionTree>& trees() const { return m_trees; }
    const std::vector<bool>& categorical() const { return m_categorical; }
    /// The trees' mean, and the variance over trees and inside of their leaves.
    std::pair<double, double> at(std::span<const double> x) const;

private:
    std::vector<bool> m_categorical;
    std::vector<RegressionTree> m_trees;
};

}
