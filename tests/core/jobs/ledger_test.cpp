// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/interruption.h"
#include "core/jobs/ledger.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::ledger_test {

using namespace core::jobs;
using core::base::Array;
using core::base::Object;
using core::base::Pick;

namespace {

InterruptionLaw law(const std::string& kind, Object params)
{
    const auto job = core::spec::readJob(Object{{"interruption", [&] {
                                                     params.set("kind", kind);
                                                     return params;
                                                 }()}});
    REQUIRE(job);
    const auto made = InterruptionLaw::make(job->interruption);
    REQUIRE(made);
    return *made;
}

Job jobWith(std::vector<StateChange> changes)
{
    Job job;
    job.changes = std::move(changes);
    return job;
}

}

TEST_CASE("a rate's times are exponential, and a pure function of the seed")
{
    const auto one = law("rate", {{"per_hour", 6}, {"seed", 4}, {"most", 20000}});
    const auto same = law("rate", {{"per_hour", 6}, {"seed", 4}, {"most", 20000}});
    const auto other = law("rate", {{"per_hour", 6}, {"seed", 5}, {"most", 20000}});
    CHECK(one.at(17) == same.at(17));
    CHECK_FALSE(one.at(17) == other.at(17));
    double sum = 0, aboveMean = 0;
    for (int n = 0; n < 20000; ++n) {
        sum += *one.at(n)->afterTraining;
        aboveMean += *one.at(n)->afterTraining > 600;
    }
    CHECK(sum / 20000 == Approx(600).epsilon(0.03));
    CHECK(aboveMean / 20000 == Approx(std::exp(-1.0)).epsilon(0.03));
    CHECK_FALSE(one.at(20000));
}

TEST_CASE("the other laws: now, steps, a trace in the file or beside it")
{
    CHECK(*law("now", {{"wait_s", 3}}).at(0) == Interruption{.afterTraining = 0, .waitS = 3});
    CHECK_FALSE(law("now", {}).at(1));
    CHECK_FALSE(law("none", {}).at(0));
    const auto steps = law("step", {{"steps", Array{30, 10}}});
    CHECK(*steps.at(0)->atStep == 10);
    CHECK(*steps.at(1)->atStep == 30);
    CHECK_FALSE(steps.at(2));
    const tests::TempFolder folder;
    const auto file = folder.file("trace.csv", "time_s,wait_s\n# spot in July\n10\n25.5, 7\n");
    const auto trace = law("trace", {{"file", file.string()}, {"wait_s", 2}});
    CHECK(*trace.at(0) == Interruption{.afterBegin = 10, .waitS = 2});
    CHECK(*trace.at(1) == Interruption{.afterBegin = 25.5, .waitS = 7});
    CHECK_FALSE(trace.at(2));
    const auto wrong = folder.file("wrong.csv", "10\nsoon\n");
    const auto failed = InterruptionLaw::make({"trace", Object{{"file", wrong.string()}}});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().where == wrong.string() + " line 2");
    CHECK_FALSE(InterruptionLaw::make({"trace", Object{{"file", folder.file("f", "10\n5\n").string()}}}));
}

TEST_CASE("Young's and Daly's intervals as the papers have them")
{
    const IntervalCosts costs{.save = 5, .restart = 10, .mtbf = 3600};
    CHECK(youngInterval(costs) == Approx(189.7366596)); // sqrt(2 * 5 * 3600)
    // 189.73666 * (1 + sqrt(5 / 7200) / 3 + 5 / 7200 / 9) - 5
    CHECK(dalyInterval(costs) == Approx(186.4179671));
    CHECK(dalyInterval({.save = 100, .restart = 0, .mtbf = 50}) == 50);
    // The higher order estimate is where the expected time is least, within a second of 6,000.
    const double at = expectedRunTime(3600, dalyInterval(costs), costs);
    for (const double other : {0.5, 0.8, 1.25, 2.0})
        CHECK(expectedRunTime(3600, other * dalyInterval(costs), costs) > at);
    CHECK(expectedRunTime(3600, dalyInterval(costs), costs) < expectedRunTime(3600, youngInterval(costs), costs));
    // Without interruptions only saving takes time.
    CHECK(expectedRunTime(1000, 100, {.save = 1, .restart = 5, .mtbf = 1e9}) == Approx(1010).epsilon(1e-5));
}

TEST_CASE("the expected run time is the mean of simulated runs")
{
    const IntervalCosts costs{.save = 5, .restart = 20, .mtbf = 600};
    double sum = 0;
    const int count = 4000;
    for (int seed = 0; seed < count; ++seed)
        sum += simulateRun(3600, 90, costs.save, costs.restart, costs.mtbf, std::uint64_t(seed)).seconds;
    CHECK(sum / count == Approx(expectedRunTime(3600, 90, costs)).epsilon(0.02));
    CHECK(simulateRun(100, 50, 1, 2, 1e12, 0).seconds == Approx(102));
}

TEST_CASE("the curve of intervals holds the best one and its price")
{
    const auto points = intervalCurve(3600, {.save = 2, .restart = 5, .mtbf = 1800}, 3.6, 10, 1000, 21);
    REQUIRE(points.size() == 21);
    CHECK(points.front().interval == Approx(10));
    CHECK(points.back().interval == Approx(1000));
    for (const auto& point : points)
        CHECK(point.cost == Approx(point.seconds / 1000));
    CHECK(points.front().seconds > points[10].seconds);
    CHECK(points.back().seconds > points[10].seconds);
}

TEST_CASE("a ledger by hand: AWS's formula, waiting, fallback and steps done twice")
{
    using enum JobState;
    // 10 s in the queue, 100 s of training at spot, 50 s of waiting, 200 s on demand.
    const Job job = jobWith({{Pending, 0},
                             {Starting, 10},
                             {LaunchingMLInstances, 10, "", 1},
                             {PreparingTrainingStack, 10, "", 1},
                             {Downloading, 10, "", 1},
                             {Training, 10, "", 1, false, 0},
                             {Interrupted, 110, "", 1, false, 42, true},
                             {Restarting, 160, "", 1, true},
                             {LaunchingMLInstances, 160, "", 2, true},
                             {PreparingTrainingStack, 160, "", 2, true},
                             {Downloading, 160, "", 2, true},
                             {Training, 160, "", 2, true, 30},
                             {Uploading, 350, "", 2, true},
                             {Completed, 360, "", 2, true}});
    const Instance instance{.name = "x", .pricePerHour = 36, .spotPricePerHour = 9};
    const Ledger ledger = ledgerOf(job, instance, 2, true, 1e9);
    CHECK(ledger.trainingS == Approx(300));
    CHECK(ledger.billableS == Approx(100 * 0.25 + 200));
    CHECK(ledger.waitingS == Approx(60));
    CHECK(*ledger.savingPercent == Approx(25));
    CHECK(*ledger.cost == Approx(225 * 0.01 * 2));
    CHECK(*ledger.onDemandCost == Approx(300 * 0.01 * 2));
    CHECK(ledger.launches == 2);
    CHECK(ledger.interruptions == 1);
    CHECK(ledger.lostSteps == 12);
    // Without a table's row nothing is saved and nothing has a price.
    const Ledger plain = ledgerOf(job, std::nullopt, 1, true, 1e9);
    CHECK(*plain.savingPercent == 0);
    CHECK_FALSE(plain.cost);
    // A job that waits has trained nothing, which saves no share of nothing.
    const Ledger waiting = ledgerOf(jobWith({{Pending, 100}}), instance, 1, true, 130);
    CHECK(waiting.waitingS == Approx(30));
    CHECK_FALSE(waiting.savingPercent);
}

TEST_CASE("AWS's own example: 100 billable of 500 seconds save 80 %")
{
    const Job job = jobWith({{JobState::Pending, 0}, {JobState::Training, 0}, {JobState::Completed, 500}});
    const Instance instance{.name = "x", .pricePerHour = 5, .spotPricePerHour = 1};
    CHECK(*ledgerOf(job, instance, 1, true, 500).savingPercent == Approx(80));
    CHECK(*ledgerOf(job, instance, 1, false, 500).savingPercent == Approx(0));
}

}
