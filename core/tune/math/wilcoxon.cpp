// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/wilcoxon.h"

#include "core/tune/math/normal.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace core::tune::math {

double wilcoxonGreater(const std::vector<double>& differences)
{
    const std::size_t n = differences.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::abs(differences[i]); });
    // Ranks are doubled: those of ties lie in the middle between whole numbers.
    std::vector<std::int64_t> ranks(n);
    double tied = 0;
    bool ties = false;
    for (std::size_t from = 0; from < n;) {
        std::size_t to = from;
        while (to < n && std::abs(differences[order[to]]) == std::abs(differences[order[from]]))
            ranks[order[to++]] = 0;
        for (std::size_t i = from; i < to; ++i)
            ranks[order[i]] = std::int64_t(from + to + 1);
        const double size = double(to - from);
        tied += size * size * size - size;
        ties = ties || to - from > 1;
        from = to;
    }
    std::int64_t positive = 0, all = 0;
    double zero = 0;
    bool zeros = false;
    std::vector<std::int64_t> turning;
    for (std::size_t i = 0; i < n; ++i) {
        if (differences[i] == 0) {
            zero += double(ranks[i]) / 2;
            zeros = true;
            continue;
        }
        turning.push_back(ranks[i]);
        all += ranks[i];
        positive += differences[i] > 0 ? ranks[i] : 0;
    }
    const bool exact = ties || zeros ? n <= 13 : n <= 50;
    if (!exact) {
        const double count = double(n), sum = (double(positive) + zero) / 2;
        const double deviation = std::sqrt((count * (count + 1) * (2 * count + 1) - tied / 2) / 24);
        return normalCdf(-(sum - count * (count + 1) / 4) / deviation);
    }
    // How often each sum comes over all signs.
    std::vector<double> share(std::size_t(all) + 1, 0);
    share[0] = 1;
    std::int64_t top = 0;
    for (const std::int64_t rank : turning) {
        for (std::int64_t sum = top; sum >= 0; --sum) {
            share[std::size_t(sum)] /= 2;
            share[std::size_t(sum + rank)] += share[std::size_t(sum)];
        }
        top += rank;
    }
    double p = 0;
    for (std::int64_t sum = positive; sum <= all; ++sum)
        p += share[std::size_t(sum)];
    return std::min(p, 1.0);
}

}
