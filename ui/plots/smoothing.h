// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace ui::plots {

/// TensorBoard's smoothing: an exponential moving average m ← w m + (1 − w) v, divided by 1 − wⁿ so that its start is
/// not pulled towards 0. A value that is not finite stays a gap and leaves the average as it is.
class DebiasedAverage {
public:
    /// `weight` in 0 … 1, 0: no smoothing.
    explicit DebiasedAverage(double weight) : m_weight(weight) {}

    double next(double value)
    {
        if (!std::isfinite(value))
            return value;
        m_mean = m_weight * m_mean + (1 - m_weight) * value;
        m_left *= m_weight;
        return m_mean / (1 - m_left);
    }

private:
    double m_weight, m_mean = 0, m_left = 1;
};

std::vector<double> smoothed(const std::vector<double>& values, double weight);

/// After so many values the older ones weigh less than a millionth; 0 for weight 0.
std::size_t memoryOf(double weight);

}
