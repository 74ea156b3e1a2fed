// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/nearest.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace core::data {

namespace {

constexpr std::int32_t leafSize = 16;

// Bentley 1975, with tight boxes. The number of dimensions is known when it is compiled: loops over it vanish.
template <std::size_t D>
class KdTree {
public:
    using Point = std::array<float, D>;
    struct Item {
        Point at;
        std::int32_t place;
    };

    explicit KdTree(const PointSet& points)
    {
        m_items.resize(std::size_t(points.count));
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            std::copy_n(points.values + i * D, D, m_items[i].at.begin());
            m_items[i].place = std::int32_t(i);
        }
        m_nodes.reserve(4 * m_items.size() / leafSize + 8);
        build(0, std::int32_t(m_items.size()));
    }

    /// Neighbours stand side by side: in this order searches are fastest.
    const std::vector<Item>& items() const { return m_items; }

    void search(const Item& of, Nearest& nearest) const { visit(0, of, nearest); }

private:
    struct Node {
        Point low, high;
        std::int32_t begin, end;
        std::int32_t right; // 0: a leaf; the left child follows its parent
    };

    std::vector<Item> m_items;
    std::vector<Node> m_nodes;

    std::int32_t build(std::int32_t begin, std::int32_t end)
    {
        const std::int32_t self = std::int32_t(m_nodes.size());
        Node node{{}, {}, begin, end, 0};
        node.low.fill(HUGE_VALF);
        node.high.fill(-HUGE_VALF);
        for (std::int32_t i = begin; i < end; ++i)
            for (std::size_t d = 0; d < D; ++d) {
                node.low[d] = std::min(node.low[d], m_items[std::size_t(i)].at[d]);
                node.high[d] = std::max(node.high[d], m_items[std::size_t(i)].at[d]);
            }
        std::size_t widest = 0;
        for (std::size_t d = 1; d < D; ++d)
            if (node.high[d] - node.low[d] > node.high[widest] - node.low[widest])
                widest = d;
        m_nodes.push_back(node);
        // Points that are all the same stay in one leaf, however many they are.
        if (end - begin <= leafSize || !(node.high[widest] > node.low[widest]))
            return self;
        const std::int32_t middle = begin + (end - begin) / 2;
        std::nth_element(m_items.begin() + begin, m_items.begin() + middle, m_items.begin() + end,
                         [widest](const Item& a, const Item& b) { return a.at[widest] < b.at[widest]; });
        build(begin, middle);
        const std::int32_t right = build(middle, end);
        m_nodes[std::size_t(self)].right = right;
        return self;
    }

    static float distanceTo(const Node& node, const Point& point)
    {
        float sum = 0;
        for (std::size_t d = 0; d < D; ++d) {
            const float outside = std::max(0.f, std::max(node.low[d] - point[d], point[d] - node.high[d]));
            sum += outside * outside;
        }
        return sum;
    }

    void visit(std::int32_t at, const Item& of, Nearest& nearest) const
    {
        const Node& node = m_nodes[std::size_t(at)];
        if (node.right == 0) {
            for (std::int32_t i = node.begin; i < node.end; ++i) {
                const Item& other = m_items[std::size_t(i)];
                float sum = 0;
                for (std::size_t d = 0; d < D; ++d)
                    sum += (other.at[d] - of.at[d]) * (other.at[d] - of.at[d]);
                if (sum <= nearest.worst() && other.place != of.place)
                    nearest.offer(sum, other.place);
            }
            return;
        }
        const float toLeft = distanceTo(m_nodes[std::size_t(at) + 1], of.at);
        const float toRight = distanceTo(m_nodes[std::size_t(node.right)], of.at);
        const bool leftFirst = toLeft <= toRight;
        if ((leftFirst ? toLeft : toRight) <= nearest.worst())
            visit(leftFirst ? at + 1 : node.right, of, nearest);
        if ((leftFirst ? toRight : toLeft) <= nearest.worst())
            visit(leftFirst ? node.right : at + 1, of, nearest);
    }
};

template <std::size_t D>
std::vector<std::int32_t> search(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k)
{
    const KdTree<D> tree(points);
    std::vector<std::int32_t> rowOf(std::size_t(points.count), -1), found(places.size() * std::size_t(k));
    for (std::size_t i = 0; i < places.size(); ++i)
        rowOf[std::size_t(places[i])] = std::int32_t(i);
    Nearest nearest(k);
    for (const auto& item : tree.items()) {
        const std::int32_t row = rowOf[std::size_t(item.place)];
        if (row < 0)
            continue;
        nearest.clear();
        tree.search(item, nearest);
        std::copy(nearest.places().begin(), nearest.places().end(), found.begin() + row * k);
    }
    return found;
}

}

std::vector<std::int32_t> nearestByBoxes(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k)
{
    switch (points.dimensions) {
    case 1:
        return search<1>(points, places, k);
    case 2:
        return search<2>(points, places, k);
    case 3:
        return search<3>(points, places, k);
    case 4:
        return search<4>(points, places, k);
    case 5:
        return search<5>(points, places, k);
    }
    assert(!"more dimensions than boxes are good for");
    return {};
}

}
