// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace core::data {

/// The k nearest that were offered, the nearest first; of equal ones the lower place. At first there are k of an
/// infinite distance.
class Nearest {
public:
    explicit Nearest(std::int64_t k);

    void clear();
    /// What lies farther cannot come in.
    float worst() const { return m_distances.back(); }
    void offer(float distance, std::int32_t place)
    {
        if (distance <= worst())
            insert(distance, place);
    }
    /// Places `first`, `first` + 1, … at these distances.
    void offerAll(const float* distances, std::int64_t count, std::int32_t first);
    const std::vector<std::int32_t>& places() const { return m_places; }

private:
    std::vector<float> m_distances;
    std::vector<std::int32_t> m_places;

    void insert(float distance, std::int32_t place);
};

/// Points in few dimensions, sorted into boxes.
class KdTree {
public:
    /// `points`: [count, dimensions] row-major; must outlive the tree.
    KdTree(const float* points, std::int64_t count, std::int64_t dimensions);

    /// Offers what may be among the nearest of the point at `place`, without itself.
    void search(std::int32_t place, Nearest& nearest) const;
    /// All places, neighbours side by side: in this order searches are fastest.
    const std::vector<std::int32_t>& order() const { return m_order; }

private:
    struct Node {
        std::int32_t begin = 0, end = 0; // in m_order
        std::int32_t right = 0;          // 0: a leaf; the left child follows its parent
    };

    const float* m_points;
    std::int64_t m_dimensions;
    std::vector<std::int32_t> m_order;
    std::vector<float> m_sorted; // the points in that order, each leaf by dimension
    std::vector<Node> m_nodes;
    std::vector<float> m_boxes; // per node: the lowest, then the highest of each dimension

    std::int32_t build(std::int32_t begin, std::int32_t end);
    float distanceTo(std::int32_t node, const float* point) const;
    void scan(const Node& leaf, const float* point, std::int32_t place, Nearest& nearest) const;
    void visit(std::int32_t node, const float* point, std::int32_t place, Nearest& nearest) const;
};

}
