// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/streams/left_out.h"

#include <thread>

using core::data::LeftOut;
using Rows = std::vector<std::int64_t>;

TEST_CASE("left out: rows are counted once, the first are listed in order, and the others remain")
{
    LeftOut left;
    CHECK_FALSE(left.any());
    CHECK(left.problems().empty());
    for (std::int64_t row = 40; row > 0; row -= 2) {
        left.add(row, "row " + std::to_string(row) + " has no target");
        left.add(row, "again");
    }
    CHECK(left.any());
    CHECK(left.others(Rows{1, 2, 3, 40, 41}) == Rows{1, 3, 41});
    REQUIRE(left.problems().size() == 1);
    const core::data::Problem problem = left.problems().front();
    CHECK(problem.kind == "left_out_rows");
    CHECK(problem.count == 20);
    CHECK(problem.rows == Rows{22, 24, 26, 28, 30, 32, 34, 36, 38, 40});
    CHECK(problem.message.find("row 40 has no target") != std::string::npos);
}

TEST_CASE("left out: several threads add the same rows")
{
    LeftOut left;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&left, t] {
                for (std::int64_t row = 0; row < 500; ++row)
                    left.add((row * 7 + t) % 500, "damaged");
            });
    }
    CHECK(left.problems().front().count == 500);
    CHECK(left.others(Rows{0, 499, 500}) == Rows{500});
}
