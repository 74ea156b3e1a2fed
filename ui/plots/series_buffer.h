// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ui::plots {

/// A curve's points in the order of their steps, with a pyramid of minima and maxima over them, so that a redraw costs
/// what the screen has in columns and not what the run has in steps. Values that are not finite are kept as gaps.
class SeriesBuffer {
public:
    struct Extent {
        double min = 0, max = 0;
        bool empty = true;
    };

    /// `step` must not be smaller than the last one; `time` in seconds since the epoch.
    void append(double step, double value, double time);
    void clear();
    /// Drops everything at or after `step` (a rewind).
    void cutAt(double step);

    std::size_t size() const { return m_values.size(); }
    bool empty() const { return m_values.empty(); }
    double step(std::size_t i) const { return m_steps[i]; }
    double value(std::size_t i) const { return m_values[i]; }
    double time(std::size_t i) const { return m_times[i]; }
    /// Smallest and largest finite value of points [from, to): logarithmic in their number.
    Extent extent(std::size_t from, std::size_t to) const;
    /// The first point whose step is not below `step`.
    std::size_t lowerBound(double step) const;
    /// Grows with every change, so that views know whether to redraw.
    std::uint64_t version() const { return m_version; }

private:
    struct Node {
        float min, max;
    };
    std::vector<double> m_steps, m_values, m_times;
    std::vector<std::vector<Node>> m_levels; ///< level k: one node for 16^(k+1) points
    std::uint64_t m_version = 0;
};

}
