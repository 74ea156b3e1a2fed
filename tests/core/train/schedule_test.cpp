// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include "tests/support/golden.h"

namespace tests::schedule {

using namespace core;
using base::Object;

TEST_CASE("gamma and decay_rate together are an error that names the key")
{
    const auto both = train::makeSchedule({"exponential", Object{{"gamma", 0.9}, {"decay_rate", 0.1}}}, {});
    REQUIRE_FALSE(both);
    CHECK(both.error().kind == base::ErrorKind::Spec);
    CHECK(both.error().where == "/train/schedule/decay_rate");
}

TEST_CASE("exponential falls as e to the minus decay_rate t")
{
    const auto schedule = train::makeSchedule({"exponential", Object{{"decay_rate", 0.1}}}, {1, 1000, 10});
    REQUIRE(schedule);
    CHECK((*schedule)->lr(9) == 1);
    CHECK((*schedule)->lr(10) == Approx(std::exp(-0.1)));
    CHECK((*schedule)->lr(59) == Approx(std::exp(-0.5)));
}

TEST_CASE("cosine ends at its minimum and stays there when a run goes on")
{
    const auto schedule = train::makeSchedule({"cosine", Object{{"min_lr", 0.01}}}, {1, 100, 10});
    REQUIRE(schedule);
    CHECK((*schedule)->lr(50) == Approx(0.505));
    CHECK((*schedule)->lr(99) > 0.01);
    CHECK((*schedule)->lr(100) == Approx(0.01));
    CHECK((*schedule)->lr(150) == Approx(0.01));
}

TEST_CASE("a warm-up longer than the run only warms up")
{
    const auto schedule = train::makeSchedule({"cosine", Object{{"warmup_steps", 100}}}, {1, 10, 10});
    REQUIRE(schedule);
    CHECK((*schedule)->lr(0) == 0);
    CHECK((*schedule)->lr(9) == Approx(0.09));
}

TEST_CASE("points drawn by hand that cannot be a curve are an error that names the place")
{
    const auto mixed = train::makeSchedule(
        {"piecewise", Object{{"milestones", base::Array{5, 5}}, {"factors", base::Array{1, 2}}}}, {1, 10, 1});
    REQUIRE_FALSE(mixed);
    CHECK(mixed.error().where == "/train/schedule/milestones/1");
    const auto few = train::makeSchedule(
        {"piecewise", Object{{"milestones", base::Array{0, 5}}, {"factors", base::Array{1}}}}, {1, 10, 1});
    REQUIRE_FALSE(few);
    CHECK(few.error().where == "/train/schedule/factors");
}

TEST_CASE("an unknown schedule is told what there is")
{
    const auto schedule = train::makeSchedule({"cosinus", Object{}}, {});
    REQUIRE_FALSE(schedule);
    CHECK_THAT(schedule.error().advice, Catch::Contains("cosine"));
}

}
