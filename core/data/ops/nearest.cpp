// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/nearest.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::data {

namespace {

constexpr std::int32_t leafSize = 16;
constexpr std::int32_t nowhere = std::numeric_limits<std::int32_t>::max();

}

Nearest::Nearest(std::int64_t k) : m_distances(static_cast<std::size_t>(k)), m_places(static_cast<std::size_t>(k))
{
    clear();
}

void Nearest::clear()
{
    std::fill(m_distances.begin(), m_distances.end(), std::numeric_limits<float>::infinity());
    std::fill(m_places.begin(), m_places.end(), nowhere);
}

void Nearest::insert(float distance, std::int32_t place)
{
    std::size_t i = m_distances.size() - 1;
    if (distance == m_distances[i] && place > m_places[i])
        return;
    for (; i > 0; --i) {
        const float before = m_distances[i - 1];
        if (before < distance || (before == distance && m_places[i - 1] < place))
            break;
        m_distances[i] = before;
        m_places[i] = m_places[i - 1];
    }
    m_distances[i] = distance;
    m_places[i] = place;
}

void Nearest::offerAll(const float* distances, std::int64_t count, std::int32_t first)
{
    constexpr std::int64_t block = 32;
    std::int64_t i = 0;
    for (; i + block <= count; i += block) {
        const float limit = worst();
        int any = 0;
        for (std::int64_t j = 0; j < block; ++j)
            any |= distances[i + j] <= limit;
        for (std::int64_t j = 0; any && j < block; ++j)
            offer(distances[i + j], first + std::int32_t(i + j));
    }
    for (; i < count; ++i)
        offer(distances[i], first + std::int32_t(i));
}

KdTree::KdTree(const float* points, std::int64_t count, std::int64_t dimensions)
    : m_points(points),
      m_dimensions(dimensions),
      m_order(static_cast<std::size_t>(count))
{
    std::iota(m_order.begin(), m_order.end(), 0);
    m_nodes.reserve(std::size_t(2 * count / leafSize + 8));
    build(0, std::int32_t(count));
    m_sorted.resize(std::size_t(count * dimensions));
    for (const Node& node : m_nodes)
        for (std::int32_t i = node.begin; node.right == 0 && i < node.end; ++i)
            for (std::int64_t d = 0; d < dimensions; ++d)
                m_sorted[std::size_t(node.begin * dimensions + d * (node.end - node.begin) + i - node.begin)] =
                    points[m_order[std::size_t(i)] * dimensions + d];
}

std::int32_t KdTree::build(std::int32_t begin, std::int32_t end)
{
    const std::int32_t self = std::int32_t(m_nodes.size());
    m_nodes.push_back({begin, end, 0});
    std::vector<float> low(std::size_t(m_dimensions), HUGE_VALF), high(std::size_t(m_dimensions), -HUGE_VALF);
    for (std::int32_t i = begin; i < end; ++i)
        for (std::int64_t d = 0; d < m_dimensions; ++d) {
            const float value = m_points[m_order[std::size_t(i)] * m_dimensions + d];
            low[std::size_t(d)] = std::min(low[std::size_t(d)], value);
            high[std::size_t(d)] = std::max(high[std::size_t(d)], value);
        }
    std::int64_t widest = 0;
    for (std::size_t d = 1; d < low.size(); ++d)
        if (high[d] - low[d] > high[std::size_t(widest)] - low[std::size_t(widest)])
            widest = std::int64_t(d);
    const bool splits = end - begin > leafSize && high[std::size_t(widest)] > low[std::size_t(widest)];
    m_boxes.insert(m_boxes.end(), low.begin(), low.end());
    m_boxes.insert(m_boxes.end(), high.begin(), high.end());
    if (!splits)
        return self;
    const std::int32_t middle = begin + (end - begin) / 2;
    std::nth_element(m_order.begin() + begin, m_order.begin() + middle, m_order.begin() + end,
                     [&](std::int32_t a, std::int32_t b) {
                         return m_points[a * m_dimensions + widest] < m_points[b * m_dimensions + widest];
                     });
    build(begin, middle);
    const std::int32_t right = build(middle, end);
    m_nodes[std::size_t(self)].right = right;
    return self;
}

float KdTree::distanceTo(std::int32_t node, const float* point) const
{
    const float* low = m_boxes.data() + node * 2 * m_dimensions;
    const float* high = low + m_dimensions;
    float sum = 0;
    for (std::int64_t d = 0; d < m_dimensions; ++d) {
        const float outside = std::max(0.f, std::max(low[d] - point[d], point[d] - high[d]));
        sum += outside * outside;
    }
    return sum;
}

void KdTree::scan(const Node& leaf, const float* point, std::int32_t place, Nearest& nearest) const
{
    constexpr std::int32_t block = 16;
    const std::int32_t count = leaf.end - leaf.begin;
    const float* sorted = m_sorted.data() + leaf.begin * m_dimensions;
    // A leaf is larger than a block where all its points are one.
    for (std::int32_t from = 0; from < count; from += block) {
        const std::int32_t n = std::min(block, count - from);
        float distances[block] = {};
        for (std::int64_t d = 0; d < m_dimensions; ++d) {
            const float at = point[d];
            const float* line = sorted + d * count + from;
            for (std::int32_t i = 0; i < n; ++i)
                distances[i] += (line[i] - at) * (line[i] - at);
        }
        for (std::int32_t i = 0; i < n; ++i)
            if (const std::int32_t other = m_order[std::size_t(leaf.begin + from + i)]; other != place)
                nearest.offer(distances[i], other);
    }
}

void KdTree::visit(std::int32_t node, const float* point, std::int32_t place, Nearest& nearest) const
{
    const Node& here = m_nodes[std::size_t(node)];
    if (here.right == 0)
        return scan(here, point, place, nearest);
    const std::int32_t left = node + 1;
    const float toLeft = distanceTo(left, point), toRight = distanceTo(here.right, point);
    const bool leftFirst = toLeft <= toRight;
    if ((leftFirst ? toLeft : toRight) <= nearest.worst())
        visit(leftFirst ? left : here.right, point, place, nearest);
    if ((leftFirst ? toRight : toLeft) <= nearest.worst())
        visit(leftFirst ? here.right : left, point, place, nearest);
}

void KdTree::search(std::int32_t place, Nearest& nearest) const
{
    visit(0, m_points + place * m_dimensions, place, nearest);
}

}
