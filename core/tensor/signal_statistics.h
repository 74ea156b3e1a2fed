// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/statistic.h"
#include "core/tensor/statistics.h"

#include <optional>

namespace core::tensor {

/// A tensor as it was when it was saved.
struct Save {
    std::int64_t step = 0;
    at::Tensor values;
};

/// What a statistic is taken of. What several of them need is found once.
class Signal {
public:
    /// `known`: its statisticsOf(), if somebody has them already.
    explicit Signal(at::Tensor tensor, const Statistics* known = nullptr) : m_tensor(std::move(tensor))
    {
        if (known)
            m_known = *known;
    }

    /// The saves before it, oldest first; they must outlive it.
    void setPast(std::int64_t step, std::span<const Save> before)
    {
        m_step = step;
        m_before = before;
    }
    /// What is true of the rows that it says something of.
    void setLabels(const at::Tensor& labels) { m_labels = labels; }

    /// NaN where it cannot be taken: no save before, no labels, no rows. `*` must have been closed.
    double take(const spec::Statistic& statistic);

private:
    at::Tensor m_tensor, m_labels;
    std::optional<Statistics> m_known;
    std::int64_t m_step = 0;
    std::span<const Save> m_before;
    std::optional<std::vector<std::int64_t>> m_classes, m_truths; ///< of each row
    std::vector<float> m_sorted;                                  ///< by parts, for percentiles

    const Statistics& known();
    const std::vector<std::int64_t>& classes();
    const std::vector<std::int64_t>& truths();
    double percentile(double percent);
    double cell(double truth, double said, bool wrong);
    double sameSaves(const std::vector<double>& arguments) const;
    double changeRatio(double eps, double steps) const;
};

/// Percent of the units (what lies behind the first axis) of which less than `active` percent of the rows lie above
/// `low` and, if it is given, below `high`.
double idleShare(const at::Tensor& tensor, double low, std::optional<double> high, double active);
/// As numpy.allclose(older, current).
bool allClose(const at::Tensor& older, const at::Tensor& current, double rtol, double atol, bool equalNan);
/// The class of each row: itself, or where rows are of several scores the place of the greatest, the first of equals.
std::vector<std::int64_t> classesOf(const at::Tensor& tensor);

/// `class_count(*)` for each of so many classes, `channel_mean(*,1)` for each channel of rows of shape `row` (without
/// the batch); what has no `*` stays. Nothing where there would be more than 4096.
std::vector<spec::Statistic> closed(const spec::Statistic& statistic, std::int64_t classes,
                                    const std::vector<std::int64_t>& row);

}
