// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace tests::rng_test {

using core::base::Draw;
using core::base::permutation;

TEST_CASE("a draw is a function of its address alone")
{
    const Draw draw(7, "dropout", 3);
    const std::uint64_t first = draw.bits(5);
    for (std::uint64_t i = 0; i < 100; ++i)
        (void)draw.bits(i);
    CHECK(draw.bits(5) == first);
    CHECK(Draw(7, "dropout", 3).bits(5) == first);
    std::set<std::uint64_t> others{
        first,        Draw(8, "dropout", 3).bits(5), Draw(7, "order", 3).bits(5), Draw(7, "dropout", 4).bits(5),
        draw.bits(6), draw.within(1).bits(5),        draw.within(2).bits(5)};
    CHECK(others.size() == 7);
}

TEST_CASE("uniform draws fill [0, 1) evenly")
{
    const Draw draw(1, "test");
    std::vector<int> bins(100);
    double sum = 0;
    constexpr int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double u = draw.uniform(std::uint64_t(i));
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        ++bins[std::size_t(u * 100)];
        sum += u;
    }
    CHECK(sum / n == Approx(0.5).margin(0.003));
    double chiSquare = 0;
    for (const int count : bins)
        chiSquare += (count - n / 100.0) * (count - n / 100.0) / (n / 100.0);
    // 99 degrees of freedom: 0.1 % and 99.9 % points.
    CHECK(chiSquare > 60);
    CHECK(chiSquare < 149);
}

TEST_CASE("neighbouring steps and streams are not correlated")
{
    for (const auto& [a, b] :
         {std::pair{Draw(0, "a", 1), Draw(0, "a", 2)}, std::pair{Draw(0, "a", 1), Draw(1, "a", 1)}}) {
        double product = 0;
        constexpr int n = 100000;
        for (int i = 0; i < n; ++i)
            product += (a.uniform(std::uint64_t(i)) - 0.5) * (b.uniform(std::uint64_t(i)) - 0.5);
        CHECK(std::abs(product / n * 12) < 0.015);
    }
}

TEST_CASE("normal draws have mean 0 and deviation 1")
{
    const Draw draw(3, "normal");
    double sum = 0, squares = 0;
    constexpr int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double x = draw.normal(std::uint64_t(i));
        sum += x;
        squares += x * x;
    }
    CHECK(sum / n == Approx(0).margin(0.01));
    CHECK(squares / n == Approx(1).margin(0.02));
}

TEST_CASE("a permutation holds every row once and depends on its draw")
{
    auto order = permutation(1000, Draw(1, "order", 0));
    CHECK(order == permutation(1000, Draw(1, "order", 0)));
    CHECK(order != permutation(1000, Draw(1, "order", 1)));
    std::sort(order.begin(), order.end());
    for (std::int64_t i = 0; i < 1000; ++i)
        REQUIRE(order[std::size_t(i)] == i);
    CHECK(permutation(0, Draw(1, "order")).empty());
}

}
