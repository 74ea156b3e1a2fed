// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/schedule.h"

namespace tests::schedules {

using namespace core;
using base::Object;
using base::Pick;

std::vector<double> rates(const Pick& pick, const train::ScheduleContext& context)
{
    const auto schedule = train::makeSchedule(pick, context);
    REQUIRE(schedule);
    std::vector<double> all;
    for (std::int64_t step = 0; step < context.totalSteps; ++step)
        all.push_back((*schedule)->lr(step));
    return all;
}

TEST_CASE("schedules give PyTorch's rates")
{
    for (const base::Value& golden : golden("schedules.json")) {
        const base::Value& schedule = golden["schedule"];
        INFO(base::writeJson(schedule));
        const std::vector<double> all =
            rates({schedule["kind"].text(), schedule},
                  {golden["lr"].toReal(), golden["total_steps"].toInt(), golden["steps_per_epoch"].toInt()});
        CHECK(distance(all, flat(golden["rates"])) < 1e-12);
    }
}

TEST_CASE("every schedule can be shown in a form")
{
    checkEntries(train::allSchedules().family());
}

TEST_CASE("every schedule starts at the rate, is finite, never negative, and a pure function of the step")
{
    for (const base::Entry& entry : train::allSchedules().family().entries)
        for (const train::ScheduleContext& context :
             {train::ScheduleContext{0.1, 100, 7}, {0.1, 1, 1}, {0.1, 1, 1000}, {3, 5000, 1}}) {
            INFO(entry.kind << " over " << context.totalSteps << " steps");
            const auto schedule = train::makeSchedule({entry.kind, Object{}}, context);
            REQUIRE(schedule);
            CHECK((*schedule)->lr(0) == context.lr);
            std::vector<double> forwards, backwards;
            const std::int64_t beyond = 2 * context.totalSteps + 5;
            for (std::int64_t step = 0; step < beyond; ++step)
                forwards.push_back((*schedule)->lr(step));
            for (std::int64_t step = beyond; step-- > 0;)
                backwards.insert(backwards.begin(), (*schedule)->lr(step));
            CHECK(forwards == backwards);
            for (const double lr : forwards) {
                CHECK(std::isfinite(lr));
                CHECK(lr >= 0);
            }
        }
}

TEST_CASE("every schedule goes on where its warm-up ends")
{
    const Object warm{{"warmup_steps", 10}, {"warmup_start_factor", 0.25}};
    for (const base::Entry& entry : train::allSchedules().family().entries) {
        INFO(entry.kind);
        const std::vector<double> all = rates({entry.kind, warm}, {0.4, 60, 5});
        CHECK(all[0] == Approx(0.1));
        CHECK(all[5] == Approx(0.25));
        CHECK(all[10] == Approx(0.4));
        const std::vector<double> rest(all.begin() + 10, all.end());
        CHECK(rest == rates({entry.kind, Object{}}, {0.4, 50, 5}));
    }
}

}
