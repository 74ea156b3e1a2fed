// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::update_rate_test {

using test::fires;
using test::rule;

TEST_CASE("updates that are too large or too small a share of the weights are told after three saves running")
{
    const std::string large = "0.weight l2: 1 1 1 1 1\n"
                              "update/0.weight l2: 0.3 0.3 0.1 0.3 0.3";
    CHECK(fires(large, rule("LearningRateTooHigh")).empty());
    const std::string larger = "0.weight l2: 1 1 1 1 1\n"
                               "update/0.weight l2: 0.1 0.3 0.3 0.3 0.3";
    CHECK(fires(larger, rule("LearningRateTooHigh")) == "3 4");
    CHECK(fires(larger, rule("LearningRateTooLow")).empty());
    const std::string small = "0.weight l2: 2 2 2 2\n"
                              "update/0.weight l2: 1e-7 1e-7 1e-7 1e-7";
    CHECK(fires(small, rule("LearningRateTooLow")) == "2 3");
    CHECK(fires(small, rule("LearningRateTooHigh")).empty());
    // The median over the weights decides, not the one that stands out.
    const std::string one = "0.weight l2: 1 1 1\n2.weight l2: 1 1 1\n4.weight l2: 1 1 1\n"
                            "update/0.weight l2: 9 9 9\nupdate/2.weight l2: 1e-3 1e-3 1e-3\n"
                            "update/4.weight l2: 1e-3 1e-3 1e-3";
    CHECK(fires(one, rule("LearningRateTooHigh")).empty());
}

}
