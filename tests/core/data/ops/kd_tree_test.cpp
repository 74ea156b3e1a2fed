// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/ops/nearest.h"
#include "tests/support/points.h"

using namespace core;

TEST_CASE("kd tree: the nearest are those of a plain search, of equally near ones the lower places")
{
    for (std::uint64_t round = 0; round < 200; ++round) {
        const base::Draw draw(round, "test/kd_tree");
        const std::int64_t dimensions = 1 + std::int64_t(round % data::mostBoxDimensions);
        const std::int64_t count = 2 + std::int64_t(draw.below(0, 400));
        const std::int64_t k = 1 + std::int64_t(draw.below(1, std::uint64_t(std::min<std::int64_t>(count - 1, 9))));
        // Points of a coarse grid are often equally near, or the same.
        const tests::DrawnPoints drawn(draw.within(2), count, dimensions, round % 3 == 0 ? 4 : 0);
        std::vector<std::int64_t> places;
        for (std::int64_t i = 0; i < count; ++i)
            if (round % 2 == 0 || draw.below(std::uint64_t(100 + i), 3) == 0)
                places.push_back(i);
        CAPTURE(round, dimensions, count, k);
        REQUIRE(data::nearestByBoxes(drawn.set(), places, k) == drawn.plainSearch(places, k));
    }
}

TEST_CASE("kd tree: points that are all the same are each other's neighbours")
{
    const std::vector<float> values(100 * 2, 7.f);
    const std::vector<std::int64_t> places{0, 1, 99};
    CHECK(data::nearestByBoxes({values.data(), 100, 2}, places, 3) ==
          std::vector<std::int32_t>{1, 2, 3, 0, 2, 3, 0, 1, 2});
}

TEST_CASE("kd tree: far away from zero as well as near to it")
{
    std::vector<float> values;
    for (int i = 0; i < 64; ++i)
        values.push_back((i % 2 ? 1.f : -1.f) * std::ldexp(1.f, i - 32));
    const tests::DrawnPoints drawn(std::move(values), 1);
    const std::vector<std::int64_t> places{0, 1, 31, 32, 62, 63};
    CHECK(data::nearestByBoxes(drawn.set(), places, 5) == drawn.plainSearch(places, 5));
}
