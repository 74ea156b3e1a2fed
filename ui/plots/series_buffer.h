// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ui::plots {

/// A curve's points in the order of their steps, with a pyramid of minima and maxima over them, so that a redraw costs
/// what the screen has in columns and not what the run has in steps. Values that are not finite are kept as gaps.
/// About 15 bytes a point: steps in even stretches are kept as stretches, times as offsets.
class SeriesBuffer {
public:
    struct Extent {
        double min = 0, max = 0;
        bool empty = true;
    };
    /// What is known of a stretch of points; only finite values count.
    struct Summary {
        double min, max;
        double minPositive; ///< infinity if none is above 0
        double sum;
        std::size_t count;
    };

    /// `step` must not be smaller than the last one (it is taken as the last one then); `time` in seconds since the
    /// epoch.
    void append(double step, double value, double time);
    void clear();
    /// Drops everything at or after `step` (a rewind).
    void cutAt(double step);

    std::size_t size() const { return m_values.size(); }
    bool empty() const { return m_values.empty(); }
    double step(std::size_t i) const;
    double value(std::size_t i) const { return m_values[i]; }
    /// To a ten-millionth of the time that 1024 points took.
    double time(std::size_t i) const { return m_timeBases[i / timeBlock] + double(m_timeOffsets[i]); }
    /// Smallest and largest finite value of points [from, to): logarithmic in their number.
    Extent extent(std::size_t from, std::size_t to) const;
    /// The same of the values above 0 only.
    Extent extentAboveZero(std::size_t from, std::size_t to) const;
    /// Of the finite values; NaN if there is none.
    double mean(std::size_t from, std::size_t to) const;
    /// The first point whose step is not below `step`.
    std::size_t lowerBound(double step) const;
    /// The first point whose time is not below `time`.
    std::size_t lowerBoundOfTime(double time) const;
    /// Grows with every change, so that views know whether to redraw.
    std::uint64_t version() const { return m_version; }

private:
    /// Points from `index` on have steps `step`, `step` + `stride`, …
    struct Stretch {
        std::size_t index;
        double step, stride;
    };
    static constexpr std::size_t timeBlock = 1024;

    /// Nodes of one level, a column for each figure: a redraw reads one or two of them, and what it reads is what it
    /// costs.
    struct Level {
        std::vector<double> min, max, minPositive, sum;
        std::vector<std::uint32_t> count;
        std::size_t size() const { return min.size(); }
        void push(const Summary& node);
        void resize(std::size_t size);
        Summary node(std::size_t i) const { return {min[i], max[i], minPositive[i], sum[i], count[i]}; }
    };

    const Stretch& stretchOf(std::size_t i) const;
    void appendStep(double step);
    Summary lastBlock(std::size_t level) const;

    std::vector<double> m_values;
    std::vector<Stretch> m_stretches;
    std::vector<double> m_timeBases;
    std::vector<float> m_timeOffsets;
    std::vector<Level> m_levels; ///< level k: one node for 16^(k+1) points, whole ones only
    std::uint64_t m_version = 0;
};

}
