// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/data/ops/distinct.h"

#include <set>

using namespace core;

TEST_CASE("distinct: counts what a set counts, however many there are")
{
    CHECK(data::countDistinct({}) == 0);
    CHECK(data::countDistinct(std::vector<double>{0.0, -0.0, 0.0}) == 1);
    CHECK(data::countDistinct(std::vector<double>{1, HUGE_VAL, -HUGE_VAL, 5e-324, 1}) == 4);
    for (const std::uint64_t among : {1, 7, 40, 1000, 1'000'000}) {
        const base::Draw draw(among, "test/distinct");
        std::vector<double> numbers;
        for (std::uint64_t i = 0; i < 20'000; ++i)
            numbers.push_back(double(draw.below(i, among)) - 3);
        CHECK(data::countDistinct(numbers) == std::int64_t(std::set<double>(numbers.begin(), numbers.end()).size()));
    }
}
