// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/ops/nearest.h"

#include <utility>

namespace tests {

/// Points to look for neighbours among, and the plainest way to find them.
class DrawnPoints {
public:
    /// Normal numbers, or those of a grid of `grid` steps.
    DrawnPoints(const core::base::Draw& draw, std::int64_t count, std::int64_t dimensions, std::uint64_t grid)
        : m_dimensions(dimensions)
    {
        for (std::uint64_t i = 0; i < std::uint64_t(count * dimensions); ++i)
            m_values.push_back(grid > 0 ? float(draw.below(i, grid)) : float(draw.normal(i)));
    }
    DrawnPoints(std::vector<float> values, std::int64_t dimensions)
        : m_values(std::move(values)),
          m_dimensions(dimensions)
    {
    }

    core::data::PointSet set() const
    {
        return {m_values.data(), std::int64_t(m_values.size()) / m_dimensions, m_dimensions};
    }

    template <class Real>
    Real distance(std::int64_t a, std::int64_t b) const
    {
        Real sum = 0;
        for (std::int64_t d = 0; d < m_dimensions; ++d) {
            const Real apart =
                Real(m_values[std::size_t(a * m_dimensions + d)]) - Real(m_values[std::size_t(b * m_dimensions + d)]);
            sum += apart * apart;
        }
        return sum;
    }

    std::vector<std::int32_t> plainSearch(const std::vector<std::int64_t>& places, std::int64_t k) const
    {
        std::vector<std::int32_t> found;
        for (const std::int64_t place : places) {
            std::vector<std::pair<float, std::int32_t>> others;
            for (std::int64_t other = 0; other < set().count; ++other)
                if (other != place)
                    others.emplace_back(distance<float>(place, other), std::int32_t(other));
            std::sort(others.begin(), others.end());
            for (std::int64_t i = 0; i < k; ++i)
                found.push_back(others[std::size_t(i)].second);
        }
        return found;
    }

private:
    std::vector<float> m_values;
    std::int64_t m_dimensions;
};

}
