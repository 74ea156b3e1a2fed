// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace core::data {

/// The k nearest that were offered, the nearest first; of equal ones the lower place. At first there are k of an
/// infinite distance.
class Nearest {
public:
    explicit Nearest(std::int64_t k)
        : m_distances(static_cast<std::size_t>(k), std::numeric_limits<float>::infinity()),
          m_places(static_cast<std::size_t>(k), nowhere)
    {
    }

    static constexpr std::int32_t nowhere = std::numeric_limits<std::int32_t>::max();
    void clear()
    {
        std::fill(m_distances.begin(), m_distances.end(), std::numeric_limits<float>::infinity());
        std::fill(m_places.begin(), m_places.end(), nowhere);
    }
    /// What lies farther cannot come in.
    float worst() const { return m_distances.back(); }
    void offer(float distance, std::int32_t place)
    {
        if (distance <= worst())
            insert(distance, place);
    }
    const std::vector<std::int32_t>& places() const { return m_places; }

private:
    std::vector<float> m_distances;
    std::vector<std::int32_t> m_places;

    void insert(float distance, std::int32_t place);
};

/// Points [count, dimensions] row-major.
struct PointSet {
    const float* values = nullptr;
    std::int64_t count = 0, dimensions = 0;
};

/// For each of `places` its k nearest others, the nearest first, by Euclidean distance: [places, k]. Points are sorted
/// into boxes: fast in few dimensions, up to mostBoxDimensions.
constexpr std::int64_t mostBoxDimensions = 5;
std::vector<std::int32_t> nearestByBoxes(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k);
/// The same by comparing all with all, many at a time; of equally near ones any.
std::vector<std::int32_t> nearestByBlocks(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k);

}
