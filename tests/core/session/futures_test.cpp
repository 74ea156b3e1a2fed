// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/session/futures.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace core;

namespace {

store::RunRecord run(const std::string& id, std::vector<std::int64_t> steps, std::vector<double> loss,
                     std::int64_t parted = -1)
{
    store::RunRecord record;
    record.id = id;
    record.opened = events::RunOpened{.id = id, .parent = parted < 0 ? "" : "as-it-is", .parentStep = parted};
    std::vector<double> accuracy;
    for (const double value : loss)
        accuracy.push_back(1 - value / 10);
    record.scalars["validation/loss"] = {steps, loss, std::vector<double>(steps.size(), 0)};
    record.scalars["validation/accuracy"] = {steps, accuracy, std::vector<double>(steps.size(), 0)};
    return record;
}

}

TEST_CASE("two futures are compared at the last evaluation that both made")
{
    const auto without = run("as-it-is", {100, 200, 300, 400}, {2.0, 2.1, 2.2, 2.3});
    const std::vector with{run("fixed", {100, 200, 300}, {2.0, 1.0, 0.5}, 100)};
    const auto told = session::judge(without, with);
    REQUIRE(told);
    CHECK(told->at == 300);
    CHECK(told->parted == 100);
    REQUIRE(told->figures.size() == 2);
    const auto& loss = told->figures.front();
    CHECK(loss.name == "validation/loss");
    CHECK(loss.without == 2.2);
    CHECK(loss.with == 0.5);
    CHECK(loss.verdict == 1);
    CHECK(told->figures[1].name == "validation/accuracy");
    CHECK(told->figures[1].higherIsBetter);
    CHECK(told->figures[1].verdict == 1);
    CHECK(told->sentence() == "At step 300 validation/loss is 0.5 with the change and 2.2 without: better.");
    const auto watched = session::judge(without, with, "validation/accuracy");
    REQUIRE(watched);
    CHECK(watched->figures.front().name == "validation/accuracy");
    CHECK_FALSE(session::judge(without, with, "validation/rmse"));
}

TEST_CASE("over seeds a difference counts that is larger than the spread")
{
    const auto without = run("as-it-is", {100, 200}, {2.0, 1.0});
    const std::vector wide{run("a", {200}, {0.5}, 100), run("b", {200}, {1.3}, 100), run("c", {200}, {0.9}, 100)};
    const auto told = session::judge(without, wide);
    REQUIRE(told);
    CHECK(told->figures.front().with == Approx(0.9));
    CHECK(told->figures.front().spread == Approx(0.4));
    CHECK(told->figures.front().verdict == 0);
    const std::vector narrow{run("a", {200}, {0.5}, 100), run("b", {200}, {0.6}, 100)};
    CHECK(session::judge(without, narrow)->figures.front().verdict == 1);
}

TEST_CASE("a future without numbers is the worse one; a run that died is compared by what it had last")
{
    auto dead = run("as-it-is", {100, 200}, {2.0, std::nan("")});
    dead.finished = events::RunFinished{.state = events::RunState::Failed, .bestMetric = "validation/loss"};
    const std::vector with{run("fixed", {200, 300, 400}, {1.5, 1.0, 0.9}, 100)};
    const auto told = session::judge(dead, with);
    REQUIRE(told);
    CHECK(told->at == 400);
    CHECK(told->figures.front().verdict == 1);
    CHECK(session::judge(with.front(), std::vector{dead})->figures.front().verdict == -1);
}

TEST_CASE("a branch that has not been evaluated yet is no future to judge")
{
    const auto without = run("as-it-is", {100, 200}, {2.0, 1.0});
    CHECK_FALSE(session::judge(without, std::vector{run("young", {50}, {2.0}, 100)}));
    CHECK_FALSE(session::judge(without, {}));
}
