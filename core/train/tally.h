// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/loss.h"

#include <array>

namespace core::train {

/// What is counted only where somebody asks for it.
struct Needs {
    bool ranks = false;         ///< where the true class stands among all
    bool probabilities = false; ///< their logarithms and how they are calibrated
    bool scores = false;        ///< every probability is kept: 4 · rows · classes bytes
    bool vectors = false;       ///< every vector is kept: 4 · rows · size bytes
    bool quantiles = false;

    void operator|=(const Needs& other);
};

/// How often a class was there, was said, and both.
struct ClassCounts {
    std::int64_t there = 0, said = 0, right = 0;

    /// As scikit-learn has it: 0 where nothing was said, or nothing was there.
    double precision() const { return said > 0 ? double(right) / double(said) : 0; }
    double recall() const { return there > 0 ? double(right) / double(there) : 0; }
    double f1() const { return there + said > 0 ? 2 * double(right) / double(there + said) : 0; }
    double iou() const { return any() ? double(right) / double(there + said - right) : 0; }
    bool any() const { return there + said > 0; }
};

/// Rows whose highest probability is in one of equal parts of [0, 1].
struct ConfidenceBin {
    std::int64_t rows = 0, right = 0;
    double confidence = 0; ///< sum
};

/// Sums over one of the numbers that are foretold.
struct NumberSums {
    std::int64_t rows = 0;
    double absolute = 0, squares = 0; ///< of the misses
    double share = 0;                 ///< |miss| / |truth|
    double symmetric = 0;             ///< 2 |miss| / (|truth| + |said|)
    double mean = 0, spread = 0;      ///< of the truth: mean and Σ (y − mean)²
};

/// What predictions of some rows come to, exact over any number of batches.
class Tally {
public:
    Tally(Says says, Needs needs) : m_says(says), m_needs(needs) {}

    /// `said`: what Loss::predictionOf() gives, in the target's own unit; `target`: [n] or [n, height, width] class
    /// ids, below 0 where there is none, or [n] or [n, numbers]. On any device, without a graph.
    void add(const at::Tensor& said, const at::Tensor& target, const std::optional<Quantiles>& quantiles = {});

    std::int64_t rows() const { return m_rows; } ///< pixels, where these have classes
    const std::vector<ClassCounts>& classes() const { return m_classes; }
    std::int64_t right() const;
    /// Over the classes that are there or were said, as scikit-learn's macro average; NaN if none is.
    double meanOfClasses(double (ClassCounts::*figure)() const) const;
    /// Rows by how many classes stand before the true one.
    const std::vector<std::int64_t>& ranks() const { return m_ranks; }
    double logLoss() const { return m_logLoss; } ///< Σ −ln p(true class)
    const std::array<ConfidenceBin, 15>& bins() const { return m_bins; }
    /// [rows · classes] probabilities and the true class of each row.
    const std::vector<float>& scores() const { return m_kept; }
    const std::vector<std::int64_t>& truths() const { return m_truths; }
    /// [rows · size] and truths().
    const std::vector<float>& vectors() const { return m_kept; }
    const std::vector<NumberSums>& numbers() const { return m_numbers; }
    double pinball() const { return m_pinball; }           ///< mean over the quantiles, Σ over numbers
    std::int64_t covered() const { return m_covered; }     ///< numbers between the lowest quantile and the highest
    std::int64_t quantiled() const { return m_quantiled; } ///< numbers

private:
    Says m_says;
    Needs m_needs;
    std::int64_t m_rows = 0, m_covered = 0, m_quantiled = 0;
    std::vector<ClassCounts> m_classes;
    std::vector<std::int64_t> m_ranks, m_truths;
    std::array<ConfidenceBin, 15> m_bins{};
    std::vector<float> m_kept;
    std::vector<double> m_parts; ///< of one row, to add up
    std::vector<NumberSums> m_numbers;
    double m_logLoss = 0, m_pinball = 0;

    void addClasses(const at::Tensor& scores, const at::Tensor& target);
    void addRow(const float* scores, std::size_t truth);
    void addProbabilities(const float* scores, std::size_t truth, std::size_t best);
    void addNumbers(const at::Tensor& said, const at::Tensor& target);
    void addVectors(const at::Tensor& said, const at::Tensor& target);
    void addQuantiles(const Quantiles& quantiles, const at::Tensor& target);
};

}
