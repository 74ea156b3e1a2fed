// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pareto.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace core::tune {

bool dominates(const Losses& a, const Losses& b)
{
    bool better = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] > b[i])
            return false;
        better = better || a[i] < b[i];
    }
    return better;
}

std::vector<std::int64_t> nondominationRanks(const std::vector<Losses>& points)
{
    const std::size_t n = points.size();
    std::vector<std::size_t> dominatedBy(n);
    std::vector<std::vector<std::size_t>> below(n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            if (dominates(points[i], points[j])) {
                below[i].push_back(j);
                ++dominatedBy[j];
            }
    std::vector<std::int64_t> ranks(n, -1);
    std::vector<std::size_t> front, next;
    for (std::size_t i = 0; i < n; ++i)
        if (dominatedBy[i] == 0)
            front.push_back(i);
    for (std::int64_t rank = 0; !front.empty(); ++rank, front.swap(next)) {
        next.clear();
        for (const std::size_t i : front)
            ranks[i] = rank;
        for (const std::size_t i : front)
            for (const std::size_t j : below[i])
                if (--dominatedBy[j] == 0)
                    next.push_back(j);
    }
    return ranks;
}

std::vector<double> crowdingDistances(const std::vector<Losses>& points)
{
    const std::size_t n = points.size();
    std::vector<double> distances(n, 0);
    if (n == 0)
        return distances;
    std::vector<std::size_t> order(n);
    for (std::size_t k = 0; k < points.front().size(); ++k) {
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::ranges::stable_sort(order, {}, [&](std::size_t i) { return points[i][k]; });
        const double whole = points[order.back()][k] - points[order.front()][k];
        if (!(whole > 0))
            continue;
        distances[order.front()] = distances[order.back()] = std::numeric_limits<double>::infinity();
        for (std::size_t place = 1; place + 1 < n; ++place)
            distances[order[place]] += (points[order[place + 1]][k] - points[order[place - 1]][k]) / whole;
    }
    return distances;
}

double hypervolume(const std::vector<Losses>& points, const Losses& reference)
{
    std::vector<Losses> inside;
    for (const Losses& point : points) {
        bool in = true;
        for (std::size_t k = 0; k < reference.size(); ++k)
            in = in && point[k] < reference[k];
        if (in)
            inside.push_back(point);
    }
    if (inside.empty())
        return 0;
    if (reference.size() == 1)
        return reference[0] - std::ranges::min_element(inside)->front();
    // Between two neighbours along the last objective, everything below it counts with one objective less.
    std::ranges::stable_sort(inside, {}, [](const Losses& point) { return point.back(); });
    const Losses below(reference.begin(), reference.end() - 1);
    std::vector<Losses> slice;
    double volume = 0;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        slice.emplace_back(inside[i].begin(), inside[i].end() - 1);
        const double top = i + 1 < inside.size() ? inside[i + 1].back() : reference.back();
        if (top > inside[i].back())
            volume += (top - inside[i].back()) * hypervolume(slice, below);
    }
    return volume;
}

std::vector<std::size_t> paretoOrder(const std::vector<Losses>& points)
{
    const std::vector<std::int64_t> ranks = nondominationRanks(points);
    std::vector<double> room(points.size());
    const std::int64_t last = ranks.empty() ? -1 : *std::ranges::max_element(ranks);
    for (std::int64_t rank = 0; rank <= last; ++rank) {
        std::vector<std::size_t> members;
        std::vector<Losses> front;
        for (std::size_t i = 0; i < points.size(); ++i)
            if (ranks[i] == rank) {
                members.push_back(i);
                front.push_back(points[i]);
            }
        const std::vector<double> distances = crowdingDistances(front);
        for (std::size_t m = 0; m < members.size(); ++m)
            room[members[m]] = distances[m];
    }
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return ranks[a] != ranks[b] ? ranks[a] < ranks[b] : room[a] > room[b];
    });
    return order;
}

}
