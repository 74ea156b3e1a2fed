// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"

#include <cmath>
#include <numbers>
#include <numeric>

namespace core::base {

double Draw::normal(std::uint64_t index) const
{
    const double radius = std::sqrt(-2 * std::log1p(-uniform(2 * index)));
    return radius * std::cos(2 * std::numbers::pi * uniform(2 * index + 1));
}

std::uint64_t Draw::below(std::uint64_t index, std::uint64_t n) const
{
    return std::uint64_t((static_cast<unsigned __int128>(bits(index)) * n) >> 64);
}

std::vector<std::int64_t> permutation(std::int64_t n, const Draw& draw)
{
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = n - 1; i > 0; --i)
        std::swap(order[std::size_t(i)], order[std::size_t(draw.below(std::uint64_t(i), std::uint64_t(i) + 1))]);
    return order;
}

}
