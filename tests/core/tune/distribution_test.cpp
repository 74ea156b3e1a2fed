// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/distribution.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>

namespace tests::distribution_test {

using namespace core::tune;
using core::base::Value;

TEST_CASE("values lie evenly on their scale")
{
    const Distribution linear{Type::Continuous, 2, 6};
    CHECK(linear.fromUnit(0.25) == Value(3.0));
    CHECK(linear.toUnit(5.0) == Approx(0.75));
    const Distribution log{Type::Continuous, 1e-4, 1e-1, {}, Scale::Log};
    CHECK(log.fromUnit(1.0 / 3).toReal() == Approx(1e-3));
    CHECK(log.toUnit(1e-2) == Approx(2.0 / 3));
    CHECK(log.fromUnit(0) == Value(1e-4));
    CHECK(log.fromUnit(1) == Value(1e-1));
    // What is left to one goes down by equal factors: 0.1, 0.01, 0.001.
    const Distribution reverse{Type::Continuous, 0.9, 0.999, {}, Scale::ReverseLog};
    CHECK(reverse.fromUnit(0.5).toReal() == Approx(0.99));
    CHECK(reverse.toUnit(0.99) == Approx(0.5));
}

TEST_CASE("every value of a finite range has an equal part, and whole numbers on a log scale their own")
{
    const Distribution steps{Type::Continuous, 0, 1, 0.1};
    CHECK(*steps.count() == 11);
    CHECK(steps.at(3).toReal() == Approx(0.3));
    CHECK(*steps.indexOf(0.3) == 3);
    CHECK_FALSE(steps.indexOf(0.35));
    const Distribution whole{Type::Integer, 1, 10};
    const Distribution category{Type::Categorical, 0, 1, {}, Scale::Linear, {"sgd", "adam", 3, nullptr}};
    for (const Distribution& range : {steps, whole, category}) {
        std::map<std::int64_t, int> seen;
        for (int i = 0; i < 2200; ++i) {
            const Value value = range.fromUnit((i + 0.5) / 2200);
            REQUIRE(range.contains(value));
            CHECK(range.fromUnit(range.toUnit(value)) == value);
            ++seen[*range.indexOf(value)];
        }
        CHECK(std::int64_t(seen.size()) == *range.count());
        for (const auto& [index, times] : seen)
            CHECK(std::abs(times - 2200 / int(seen.size())) <= 1);
    }
    const Distribution log{Type::Integer, 1, 1000, {}, Scale::Log};
    for (std::int64_t value = 1; value <= 1000; ++value)
        REQUIRE(log.fromUnit(log.toUnit(value)) == Value(value));
    CHECK(log.fromUnit(0) == Value(1));
    CHECK(log.fromUnit(1) == Value(1000));
}

TEST_CASE("a value from outside becomes the nearest of the range")
{
    const Distribution whole{Type::Integer, 2, 20, 4.0};
    CHECK(*whole.count() == 5);
    CHECK(whole.nearest(9) == Value(10));
    // Not 10 with a point, which a condition on 10 would not know.
    CHECK(whole.nearest(10.0).isInt());
    CHECK(whole.nearest(std::nan("")) == Value(10));
    CHECK(whole.nearest(500) == Value(18));
    CHECK(whole.nearest(10) == Value(10));
    const Distribution log{Type::Continuous, 1e-4, 1, {}, Scale::Log};
    CHECK(log.nearest(7.0) == Value(1.0));
    CHECK(log.nearest("x").toReal() == Approx(0.01));
    CHECK_FALSE(log.contains("x"));
}

TEST_CASE("Auto takes the scale that the range spans")
{
    CHECK(automaticScale(Type::Continuous, 1e-4, 0.1, false) == Scale::Log);
    CHECK(automaticScale(Type::Continuous, 0.01, 0.5, false) == Scale::Linear);
    CHECK(automaticScale(Type::Continuous, 0.01, 0.5, true) == Scale::Log);
    CHECK(automaticScale(Type::Continuous, 0.9, 0.9999, false) == Scale::ReverseLog);
    CHECK(automaticScale(Type::Continuous, 0, 1000, false) == Scale::Linear);
    CHECK(automaticScale(Type::Integer, 1, 10, false) == Scale::Linear);
    CHECK(automaticScale(Type::Integer, 8, 1024, false) == Scale::Log);
}

}
