// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/nearest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace core::data {

namespace {

constexpr std::int32_t leafSize = 16;

// The k least of the squared distances that were offered, the nearest first; of equal ones the lower place. At first
// there are k of an infinite distance. A distance and its place are one number: floats from 0 on stand in the order of
// their bits.
class Few {
public:
    explicit Few(std::int64_t k) : m_keys(std::size_t(k)) {}

    /// How many most searches look for: then all stay in registers.
    static constexpr std::size_t usual = 5;

    void clear() { std::fill(m_keys.begin(), m_keys.end(), keyOf(HUGE_VALF, Nearest::nowhere)); }
    float worst() const { return std::bit_cast<float>(std::uint32_t(m_keys.back() >> 32)); }
    /// Those of which `which` has a bit.
    template <class PlaceAt>
    void offer(const std::array<float, leafSize>& distances, std::uint32_t which, const PlaceAt& placeAt)
    {
        if (m_keys.size() != usual)
            return offerTo(m_keys, distances, which, placeAt);
        std::array<std::uint64_t, usual> keys;
        std::copy_n(m_keys.begin(), usual, keys.begin());
        offerTo(keys, distances, which, placeAt);
        std::copy_n(keys.begin(), usual, m_keys.begin());
    }
    void copyPlaces(std::int32_t* to) const
    {
        for (const std::uint64_t key : m_keys)
            *to++ = std::int32_t(std::uint32_t(key));
    }

private:
    std::vector<std::uint64_t> m_keys;

    template <class Keys, class PlaceAt>
    static void offerTo(Keys& keys, const std::array<float, leafSize>& distances, std::uint32_t which,
                        const PlaceAt& placeAt)
    {
        for (; which != 0; which &= which - 1) {
            const std::size_t i = std::size_t(std::countr_zero(which));
            std::uint64_t key = keyOf(distances[i], placeAt(i));
            // No branch: what is near comes in no order.
            for (std::uint64_t& kept : keys) {
                const std::uint64_t less = std::min(kept, key);
                key = std::max(kept, key);
                kept = less;
            }
        }
    }

    static std::uint64_t keyOf(float distance, std::int32_t place)
    {
        return std::uint64_t(std::bit_cast<std::uint32_t>(distance)) << 32 | std::uint32_t(place);
    }
};

// Bit i: whether number i is at most `most`.
std::uint32_t upTo(const std::array<float, leafSize>& numbers, float most)
{
    std::uint32_t bits = 0;
#ifdef __SSE2__
    for (std::size_t i = 0; i < numbers.size(); i += 4)
        bits |= std::uint32_t(_mm_movemask_ps(_mm_cmple_ps(_mm_loadu_ps(&numbers[i]), _mm_set1_ps(most)))) << i;
#else
    for (std::size_t i = 0; i < numbers.size(); ++i)
        bits |= std::uint32_t(numbers[i] <= most) << i;
#endif
    return bits;
}

// Bentley 1975, with tight boxes. In few dimensions the points of a leaf search together: they look into nearly the
// same boxes. Distances to a box of points are computed side by side. The number of dimensions is known when it is
// compiled: loops over it vanish.
template <std::size_t D>
class KdTree {
public:
    KdTree(const PointSet& points, std::int64_t k) : m_nearest(together, Few(k))
    {
        m_items.resize(std::size_t(points.count));
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            std::copy_n(points.values + i * D, D, m_items[i].at.begin());
            m_items[i].place = std::int32_t(i);
        }
        m_nodes.reserve(4 * m_items.size() / leafSize + 8);
        const auto [low, high] = around(0, std::int32_t(m_items.size()));
        build(0, std::int32_t(m_items.size()), low, high);
        for (std::size_t d = 0; d < D; ++d) {
            m_along[d].assign(m_items.size() + leafSize, 0);
            for (std::size_t i = 0; i < m_items.size(); ++i)
                m_along[d][i] = m_items[i].at[d];
        }
    }

    /// Calls found(place, its nearest) for all places that are wanted.
    template <class Wanted, class Found>
    void searchAll(const Wanted& wanted, const Found& found)
    {
        for (std::int32_t leaf = 0; leaf < std::int32_t(m_nodes.size()); ++leaf) {
            const Node& node = m_nodes[std::size_t(leaf)];
            for (std::int32_t i = node.begin; node.right == 0 && i < node.end;) {
                m_asking = 0;
                for (; i < node.end && m_asking < together; ++i)
                    if (wanted(m_items[std::size_t(i)].place))
                        m_asked[std::size_t(m_asking++)] = i;
                if (m_asking > 0)
                    searchFrom(leaf);
                for (std::int32_t q = 0; q < m_asking; ++q)
                    found(m_items[std::size_t(m_asked[std::size_t(q)])].place, m_nearest[std::size_t(q)]);
            }
        }
    }

private:
    static constexpr std::int32_t together = D <= 3 ? leafSize : 1;
    using Point = std::array<float, D>;
    struct Item {
        Point at;
        std::int32_t place;
    };
    struct Node {
        Point low, high;
        std::int32_t begin, end;
        std::int32_t right; // 0: a leaf; the left child follows its parent
    };

    std::vector<Item> m_items;
    std::array<std::vector<float>, D> m_along; // of all items, one dimension after the other
    std::vector<Node> m_nodes;
    // Items of one leaf that ask, the box around them, what each has found, and how far the last of them looks.
    std::int32_t m_asking = 0;
    std::array<std::int32_t, together> m_asked{};
    Point m_low{}, m_high{};
    std::vector<Few> m_nearest;
    float m_bound = 0;

    // Divides where the box, which the points need not fill, is widest; boxes become tight on the way back.
    std::int32_t build(std::int32_t begin, std::int32_t end, Point low, Point high)
    {
        const std::int32_t self = std::int32_t(m_nodes.size());
        m_nodes.push_back({{}, {}, begin, end, 0});
        if (end - begin <= leafSize) {
            const auto [tightLow, tightHigh] = around(begin, end);
            m_nodes.back().low = tightLow;
            m_nodes.back().high = tightHigh;
            return self;
        }
        std::size_t widest = 0;
        for (std::size_t d = 1; d < D; ++d)
            if (high[d] - low[d] > high[widest] - low[widest])
                widest = d;
        const std::int32_t middle = divide(begin, end, widest);
        Point lowRight = low, highLeft = high;
        lowRight[widest] = highLeft[widest] = m_items[std::size_t(middle)].at[widest];
        const Node left = m_nodes[std::size_t(build(begin, middle, low, highLeft))];
        const std::int32_t place = build(middle, end, lowRight, high);
        const Node& right = m_nodes[std::size_t(place)];
        Node& node = m_nodes[std::size_t(self)];
        for (std::size_t d = 0; d < D; ++d) {
            node.low[d] = std::min(left.low[d], right.low[d]);
            node.high[d] = std::max(left.high[d], right.high[d]);
        }
        node.right = place;
        return self;
    }

    // Puts the smaller half before the larger one; where that begins. As std::nth_element does, but no branch depends
    // on the order in which items come, which would be guessed wrong half the time.
    std::int32_t divide(std::int32_t begin, std::int32_t end, std::size_t along)
    {
        const std::int32_t middle = begin + (end - begin) / 2;
        while (end - begin > 4 * leafSize) {
            std::array<float, 15> some{};
            for (std::size_t i = 0; i < some.size(); ++i)
                some[i] = m_items[std::size_t(begin + std::int64_t(i) * (end - begin - 1) / 14)].at[along];
            const auto pivot = some.begin() + std::int64_t(middle - begin) * 14 / (end - begin);
            std::nth_element(some.begin(), pivot, some.end());
            std::int32_t smaller = begin;
            for (std::int32_t i = begin; i < end; ++i) {
                const Item item = m_items[std::size_t(i)];
                m_items[std::size_t(i)] = m_items[std::size_t(smaller)];
                m_items[std::size_t(smaller)] = item;
                smaller += item.at[along] < *pivot;
            }
            const std::int32_t left = middle < smaller ? smaller - begin : end - smaller;
            if (8 * left > 7 * (end - begin))
                break;
            (middle < smaller ? end : begin) = smaller;
        }
        std::nth_element(m_items.begin() + begin, m_items.begin() + middle, m_items.begin() + end,
                         [along](const Item& a, const Item& b) { return a.at[along] < b.at[along]; });
        return middle;
    }

    std::pair<Point, Point> around(std::int32_t begin, std::int32_t end) const
    {
        std::pair<Point, Point> box;
        box.first.fill(HUGE_VALF);
        box.second.fill(-HUGE_VALF);
        for (std::int32_t i = begin; i < end; ++i)
            for (std::size_t d = 0; d < D; ++d) {
                box.first[d] = std::min(box.first[d], m_items[std::size_t(i)].at[d]);
                box.second[d] = std::max(box.second[d], m_items[std::size_t(i)].at[d]);
            }
        return box;
    }

    void searchFrom(std::int32_t leaf)
    {
        m_low = m_high = m_items[std::size_t(m_asked[0])].at;
        for (std::int32_t q = 0; q < m_asking; ++q) {
            m_nearest[std::size_t(q)].clear();
            for (std::size_t d = 0; d < D; ++d) {
                m_low[d] = std::min(m_low[d], m_items[std::size_t(m_asked[std::size_t(q)])].at[d]);
                m_high[d] = std::max(m_high[d], m_items[std::size_t(m_asked[std::size_t(q)])].at[d]);
            }
        }
        // Their own leaf comes first: then they know nearly how far to look.
        examine(m_nodes[std::size_t(leaf)]);
        visit(0, leaf);
    }

    // The squared distance between two boxes, by their corners; a point is a box as well.
    static float distance(const Point& lowA, const Point& highA, const Point& lowB, const Point& highB)
    {
        float sum = 0;
        for (std::size_t d = 0; d < D; ++d) {
            const float outside = std::max(0.f, std::max(lowA[d] - highB[d], lowB[d] - highA[d]));
            sum += outside * outside;
        }
        return sum;
    }

    void visit(std::int32_t at, std::int32_t from)
    {
        const Node& node = m_nodes[std::size_t(at)];
        if (node.right == 0) {
            if (at != from)
                examine(node);
            return;
        }
        const auto distanceTo = [&](std::int32_t child) {
            const Node& box = m_nodes[std::size_t(child)];
            return distance(box.low, box.high, m_low, m_high);
        };
        const float toLeft = distanceTo(at + 1), toRight = distanceTo(node.right);
        const bool leftFirst = toLeft <= toRight;
        if ((leftFirst ? toLeft : toRight) <= m_bound)
            visit(leftFirst ? at + 1 : node.right, from);
        if ((leftFirst ? toRight : toLeft) <= m_bound)
            visit(leftFirst ? node.right : at + 1, from);
    }

    void examine(const Node& node)
    {
        m_bound = 0;
        for (std::int32_t q = 0; q < m_asking; ++q) {
            const std::int32_t asked = m_asked[std::size_t(q)];
            const Point& at = m_items[std::size_t(asked)].at;
            Few& nearest = m_nearest[std::size_t(q)];
            if (distance(node.low, node.high, at, at) <= nearest.worst())
                offer(asked, node, nearest);
            m_bound = std::max(m_bound, nearest.worst());
        }
    }

    void offer(std::int32_t asked, const Node& leaf, Few& nearest) const
    {
        std::array<float, leafSize> sums{};
        const std::size_t begin = std::size_t(leaf.begin);
        for (std::size_t d = 0; d < D; ++d)
            for (std::size_t i = 0; i < std::size_t(leafSize); ++i) {
                const float apart = m_along[d][begin + i] - m_items[std::size_t(asked)].at[d];
                sums[i] += apart * apart;
            }
        std::uint32_t others = (std::uint32_t(1) << (leaf.end - leaf.begin)) - 1;
        if (asked >= leaf.begin && asked < leaf.end)
            others &= ~(std::uint32_t(1) << (asked - leaf.begin));
        nearest.offer(sums, upTo(sums, nearest.worst()) & others,
                      [&](std::size_t i) { return m_items[begin + i].place; });
    }
};

template <std::size_t D>
std::vector<std::int32_t> search(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k)
{
    KdTree<D> tree(points, k);
    std::vector<std::int32_t> rowOf(std::size_t(points.count), -1), found(places.size() * std::size_t(k));
    for (std::size_t i = 0; i < places.size(); ++i)
        rowOf[std::size_t(places[i])] = std::int32_t(i);
    tree.searchAll([&](std::int32_t place) { return rowOf[std::size_t(place)] >= 0; },
                   [&](std::int32_t place, const Few& nearest) {
                       nearest.copyPlaces(found.data() + rowOf[std::size_t(place)] * k);
                   });
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
