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

class Signal;
/// Takes one kind of statistic with its arguments.
using TakeSignal = double (*)(Signal& signal, std::span<const double> arguments);
/// By its name, once for many tensors. Null for a name that is none.
TakeSignal signalNamed(std::string_view name);

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
    friend struct SignalTakers;

    at::Tensor m_tensor, m_labels;
    std::optional<Statistics> m_known;
    std::int64_t m_step = 0;
    std::span<const Save> m_before;

    struct Counts {
        std::vector<std::int64_t> truths;      ///< of each row; none if they are not known
        std::vector<std::int64_t> said, wrong; ///< by class
        std::vector<std::int64_t> table;       ///< of few classes: what is true, then what is said
    };
    std::optional<std::vector<std::int64_t>> m_classes; ///< of each row
    std::optional<Counts> m_counts;
    std::vector<double> m_ends; ///< the 5th and the 95th percentile

    const Statistics& known();
    const std::vector<std::int64_t>& classes();
    const Counts& counts();
    double percentile(std::size_t end);
    double sameSaves(std::span<const double> arguments) const;
    double changeRatio(double eps, double steps) const;
};

/// Percent of the units (what lies behind the first axis) of which less than `active` percent of the rows lie above
/// `low` and, if it is given, below `high`.
double idleShare(const at::Tensor& tensor, double low, std::optional<double> high, double active);
/// As numpy.allclose(older, current).
bool allClose(const at::Tensor& older, const at::Tensor& current, double rtol, double atol, bool equalNan);
/// The class of each row: itself, or where rows are of several scores the place of the greatest, the first of equals.
std::vector<std::int64_t> classesOf(const at::Tensor& tensor);

/// As numpy.percentile, exactly: counts by the leading bits of the values first, then sorts only where the answers lie.
std::vector<double> percentilesOf(std::span<const float> values, std::span<const double> percents);

/// `class_count(*)` for each of so many classes, `channel_mean(*,1)` for each channel of rows of shape `row` (without
/// the batch); what has no `*` stays. Nothing where there would be more than 4096.
std::vector<spec::Statistic> closed(const spec::Statistic& statistic, std::int64_t classes,
                                    const std::vector<std::int64_t>& row);

}
