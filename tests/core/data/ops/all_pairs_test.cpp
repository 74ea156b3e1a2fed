// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/ops/nearest.h"
#include "tests/support/points.h"

#include <set>

using namespace core;

TEST_CASE("all pairs: the nearest are as near as those of a plain search")
{
    for (std::uint64_t round = 0; round < 60; ++round) {
        const base::Draw draw(round, "test/all_pairs");
        const std::int64_t dimensions = 1 + std::int64_t(draw.below(0, 40));
        const std::int64_t count = 2 + std::int64_t(draw.below(1, 300));
        const std::int64_t k = 1 + std::int64_t(draw.below(2, std::uint64_t(std::min<std::int64_t>(count - 1, 9))));
        const tests::DrawnPoints drawn(draw.within(3), count, dimensions, round % 4 == 0 ? 3 : 0);
        std::vector<std::int64_t> places;
        for (std::int64_t i = 0; i < count; ++i)
            if (round % 2 == 0 || draw.below(std::uint64_t(100 + i), 3) == 0)
                places.push_back(i);
        const std::vector<std::int32_t> found = data::nearestByBlocks(drawn.set(), places, k);
        const std::vector<std::int32_t> plain = drawn.plainSearch(places, k);
        CAPTURE(round, dimensions, count, k);
        REQUIRE(found.size() == plain.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            std::set<std::int32_t> different;
            for (std::size_t j = i * std::size_t(k); j < (i + 1) * std::size_t(k); ++j) {
                REQUIRE(found[j] != places[i]);
                different.insert(found[j]);
                // Of equally near ones any.
                const double near = drawn.distance<double>(places[i], found[j]);
                REQUIRE(near == Approx(drawn.distance<double>(places[i], plain[j])).epsilon(1e-6));
            }
            REQUIRE(different.size() == std::size_t(k));
        }
    }
}

TEST_CASE("all pairs: a cloud far away from zero loses no digits")
{
    const base::Draw draw(1, "test/all_pairs/far");
    std::vector<float> values;
    for (std::uint64_t i = 0; i < 200 * 8; ++i)
        values.push_back(4096.f + float(draw.below(i, 1000)) / 8);
    const tests::DrawnPoints drawn(std::move(values), 8);
    const std::vector<std::int64_t> places{0, 50, 199};
    const auto found = data::nearestByBlocks(drawn.set(), places, 4), plain = drawn.plainSearch(places, 4);
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(drawn.distance<double>(places[i / 4], found[i]) == drawn.distance<double>(places[i / 4], plain[i]));
}
