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

std::vector<double> momentaOf(const Pick& pick, const train::ScheduleContext& context)
{
    const auto schedule = train::makeSchedule(pick, context);
    REQUIRE(schedule);
    std::vector<double> all;
    for (std::int64_t step = 0; step < context.totalSteps; ++step) {
        const auto momentum = (*schedule)->momentum(step);
        REQUIRE(momentum);
        all.push_back(*momentum);
    }
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
        if (const base::Value* momenta = golden.object().find("momenta"))
            CHECK(distance(momentaOf({schedule["kind"].text(), schedule},
                                     {golden["lr"].toReal(), golden["total_steps"].toInt(), 6}),
                           flat(*momenta)) < 1e-12);
    }
}

TEST_CASE("a plateau lowers the rate where PyTorch does")
{
    for (const base::Value& golden : golden("plateaus.json")) {
        INFO(base::writeJson(golden["params"]));
        const auto schedule = train::makeSchedule({"reduce_on_plateau", golden["params"]}, {0.1, 1000, 10});
        REQUIRE(schedule);
        REQUIRE((*schedule)->watched() == "validation/loss");
        std::vector<double> rates;
        for (const base::Value& figure : golden["figures"].array()) {
            const std::int64_t step = 10 * std::int64_t(rates.size() + 1);
            // Seen twice, after a pause there: counts once.
            for (int time = 0; time < 2; ++time)
                (*schedule)->observe({{"train_eval/loss", 7}, {"validation/loss", std::stod(figure.text())}}, step);
            rates.push_back((*schedule)->lr(step));
        }
        CHECK(distance(rates, flat(golden["rates"])) < 1e-12);
    }
}

TEST_CASE("what a plateau has seen goes on under other settings, and in nobody else's schedule")
{
    const base::Pick pick{"reduce_on_plateau", Object{{"patience", 0}, {"warmup_steps", 5}}};
    const auto first = train::makeSchedule(pick, {0.1, 1000, 10}), second = train::makeSchedule(pick, {0.2, 1000, 10}),
               constant = train::makeSchedule({"constant", Object{}}, {0.1, 1000, 10});
    REQUIRE(first);
    REQUIRE(second);
    REQUIRE(constant);
    for (std::int64_t step = 4; step < 9; ++step)
        (*first)->observe({{"validation/loss", 1}}, step);
    CHECK((*first)->lr(9) == Approx(0.01 * 0.1));
    (*second)->load((*first)->state());
    CHECK((*second)->lr(9) == Approx(0.02 * 0.1));
    CHECK((*second)->lr(0) == 0);
    (*constant)->load((*first)->state());
    CHECK((*constant)->lr(9) == 0.1);
}

TEST_CASE("stochastic averaging takes the rate over as PyTorch's SWALR")
{
    for (const base::Value& golden : golden("averages.json")) {
        if (golden["rates"].isNull())
            continue;
        spec::TrainSpec train;
        train.schedule = {"cosine", Object{{"unit", "epoch"}}};
        train.swa = spec::SwaSpec{3, golden["swa_lr"].toReal(), golden["anneal_epochs"].toInt(),
                                  golden["anneal_strategy"].text()};
        const auto schedule = train::makeSchedule(train, {0.1, 80, 10});
        REQUIRE(schedule);
        std::vector<double> rates;
        for (std::int64_t epoch = 0; epoch < 8; ++epoch) {
            rates.push_back((*schedule)->lr(10 * epoch));
            CHECK((*schedule)->lr(10 * epoch + 9) == rates.back());
        }
        CHECK(distance(rates, flat(golden["rates"])) < 1e-12);
    }
}

TEST_CASE("every schedule can be shown in a form")
{
    checkEntries(train::allSchedules().family());
}

TEST_CASE(
    "every schedule starts at the rate or rises to it, is finite, never negative, and a pure function of the step")
{
    for (const base::Entry& entry : train::allSchedules().family().entries)
        for (const train::ScheduleContext& context :
             {train::ScheduleContext{0.1, 100, 7}, {0.1, 1, 1}, {0.1, 1, 1000}, {3, 5000, 1}}) {
            INFO(entry.kind << " over " << context.totalSteps << " steps");
            const auto schedule = train::makeSchedule({entry.kind, Object{}}, context);
            REQUIRE(schedule);
            // One cycle begins far below the rate, which is its top.
            CHECK((*schedule)->lr(0) <= context.lr);
            CHECK(((*schedule)->lr(0) == context.lr || entry.kind == "one_cycle"));
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
        const double top = entry.kind == "one_cycle" ? 0.4 / 25 : 0.4;
        CHECK(all[0] == Approx(top / 4));
        CHECK(all[5] == Approx(top / 1.6));
        CHECK(all[10] == Approx(top));
        const std::vector<double> rest(all.begin() + 10, all.end());
        CHECK(rest == rates({entry.kind, Object{}}, {0.4, 50, 5, 10}));
    }
}

}
