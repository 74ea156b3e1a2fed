// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/session/rate_points.h"
#include "tests/support/sessions.h"

namespace tests::rate_points {

using namespace core;

session::SchedulePreview ratesOf(const base::Value& resolved)
{
    const auto rates = session::previewSchedule(resolved, 320);
    if (!rates)
        FAIL(base::describe(rates.error()));
    return *rates;
}

base::Value with(const base::Value& schedule)
{
    base::Value tree = *base::parseJson(
        R"({"data": {"source": "two-moons"}, "train": {"epochs": 20, "batch_size": 16, "optimizer": {"kind": "sgd", "lr": 0.2}}})");
    REQUIRE(tree.setAt("train.schedule", schedule));
    return resolved(base::writeJson(tree));
}

TEST_CASE("a schedule taken over as points keeps its rates within 2 % of the highest")
{
    const base::Object warm{{"kind", "cosine"}, {"warmup_steps", 40}};
    for (const base::Value& schedule :
         {base::Value("constant"), base::Value("cosine"), base::Value("exponential"), base::Value(warm)}) {
        INFO(base::writeJson(schedule));
        const base::Value before = with(schedule);
        const session::SchedulePreview rates = ratesOf(before);
        const auto points = session::ratePoints(before, rates);
        REQUIRE(points.size() >= 2);
        CHECK(points.size() <= 12);
        const session::SchedulePreview drawn = ratesOf(with(session::scheduleThrough(points, rates.base)));
        REQUIRE(drawn.lr.size() == rates.lr.size());
        const double highest = *std::ranges::max_element(rates.lr);
        // What falls once an epoch is a stair, of which twelve points are a line.
        const double close = schedule == base::Value("exponential") ? 0.11 : 0.02;
        for (std::size_t step = 0; step < rates.lr.size(); ++step)
            CHECK(std::abs(drawn.lr[step] - rates.lr[step]) <= close * highest);
    }
}

TEST_CASE("points that were drawn come back as they were drawn")
{
    const std::vector<session::RatePoint> points{{0, 0.02}, {100, 0.2}, {399, 0}};
    const base::Value drawn = with(session::scheduleThrough(points, 0.2));
    const auto again = session::ratePoints(drawn, ratesOf(drawn));
    REQUIRE(again.size() == points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(again[i].step == points[i].step);
        CHECK(again[i].lr == Approx(points[i].lr));
    }
}

}
