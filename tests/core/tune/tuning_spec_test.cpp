// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/tuning_spec.h"

#include "core/tune/pruner.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tuning.h"

#include <fstream>

namespace tests::tuning_spec_test {

using namespace core;
using tests::json;
using tests::problemOf;

namespace {

bool says(const std::string& text, const std::string& part)
{
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

std::string problemOfRange(const std::string& parameter)
{
    return problemOf(R"({"objective": {"metric": "loss", "goal": "minimize"}, "parameters": [)" + parameter + "]}");
}

// An experiment of two settings and an optimizer with kinds of its own.
struct Small {
    base::Schema schema;
    base::Value experiment = json(R"({"lr": 0.1, "layers": 2, "name": "x", "full": 32, "optimizer": {"kind": "sgd",
                                       "momentum": 0, "rate": 0.1}})");
    base::Catalog catalog;

    Small()
    {
        schema.fields = {{.key = "lr", .domain = base::Real{.min = 0, .aboveMin = true, .log = true}, .tunable = true},
                         {.key = "layers", .domain = base::Int{1, 12}, .tunable = true},
                         {.key = "name", .domain = base::Text{}},
                         {.key = "full", .domain = base::Int{1, 4096}, .words = {"full"}, .tunable = true},
                         {.key = "optimizer", .domain = base::OneOf{"optim"}, .tunable = true}};
        const base::Field rate{.key = "rate", .domain = base::Real{.min = 0}, .tunable = true};
        const base::Field momentum{.key = "momentum", .domain = base::Real{.min = 0, .max = 1}, .tunable = true};
        catalog.add({"optim", {{"sgd", "", "", {{momentum, rate}}}, {"adam", "", "", {{rate}}}}});
    }
    tune::TuningSubject subject() const
    {
        return {&schema, &experiment, &catalog, {"train/loss", "validation/loss", "test/loss"}};
    }
    std::string problem(const std::string& parameters) const
    {
        return problemOf(R"({"objective": {"metric": "validation/loss", "goal": "minimize"}, "parameters": )" +
                             parameters + "}",
                         subject());
    }
};

}

TEST_CASE("a study refuses to start without a metric and a goal, and keeps away from the test split")
{
    const Small small;
    const auto problem = [&](const std::string& objective) {
        return problemOf(R"({"parameters": [{"path": "lr", "min": 0.001, "max": 1}])" + objective + "}",
                         small.subject());
    };
    CHECK(says(problem(""), "needs a metric and a goal"));
    CHECK(says(problem(R"(, "objective": {"goal": "minimize"})"), "A run records train/loss, validation/loss"));
    CHECK(says(problem(R"(, "objective": {"metric": "validation/loss"})"), "minimize or maximize"));
    CHECK(says(problem(R"(, "objective": {"metric": "test/loss", "goal": "minimize"})"), "not for choosing"));
    CHECK(says(problem(R"(, "objective": {"metric": "validation/lost", "goal": "minimize"})"), "no metric of such"));
    CHECK(problem(R"(, "objective": {"metric": "validation/loss", "goal": "minimize"})").empty());
}

TEST_CASE("impossible ranges are told with their place")
{
    CHECK(says(problemOfRange(R"({"path": "x", "min": 2, "max": 1})"), "/tuning/parameters/0/min"));
    CHECK(says(problemOfRange(R"({"path": "x", "min": 0, "max": 1, "scale": "log"})"), "above 0"));
    CHECK(says(problemOfRange(R"({"path": "x", "min": 0, "max": 1, "scale": "reverse_log"})"), "[0, 1)"));
    CHECK(says(problemOfRange(R"({"path": "x", "type": "integer", "min": 0.5, "max": 1})"), "must be whole"));
    CHECK(says(problemOfRange(R"({"path": "x", "type": "integer", "min": 0, "max": 1, "scale": "reverse_log"})"),
               "continuous"));
    CHECK(says(problemOfRange(R"({"path": "x", "min": 0})"), "both ends"));
    CHECK(says(problemOfRange(R"({"path": "x", "values": []})"), "nothing to choose from"));
    CHECK(says(problemOfRange(R"({"path": "x", "values": [1, 1]})"), "twice"));
    CHECK(says(problemOfRange(R"({"path": "x", "values": [1], "min": 0})"), "no min, max or step"));
    CHECK(says(problemOfRange(R"({"path": "x", "mim": 0})"), "Did you mean \"min\""));
    CHECK(says(problemOf(R"({"objective": {"metric": "loss", "goal": "minimize"}})"), "nothing to tune"));
    CHECK(says(problemOf(R"({"strategy": "Bayes"})"), "Did you mean \"Bayesian\""));
    CHECK(says(problemOf(R"({"strategy": "zzz"})"), "Known: "));
}

TEST_CASE("paths lead to settings of the experiment, and take their kind and range from them")
{
    const Small small;
    CHECK(says(small.problem(R"([{"path": "layer", "min": 1, "max": 2}])"), "Did you mean \"layers\""));
    CHECK(says(small.problem(R"([{"path": "name", "values": ["a"]}])"), "no dimension"));
    CHECK(says(small.problem(R"([{"path": "lr", "min": 0, "max": 2}])"), "numbers above 0"));
    CHECK(says(small.problem(R"([{"path": "layers", "min": 1, "max": 13}])"), "from 1 to 12"));
    CHECK(says(small.problem(R"([{"path": "layers", "type": "continuous", "min": 1, "max": 3}])"), "whole numbers"));
    CHECK(says(small.problem(R"([{"path": "optimizer", "values": ["sgd", "adma"]}])"), "adma"));
    CHECK(says(small.problem(R"([{"path": "optimizer", "values": ["sgd", "adam"]},
                                  {"path": "optimizer.momentum", "min": 0, "max": 0.9}])"),
               "does not exist where optimizer is \"adam\""));
    CHECK(small
              .problem(R"([{"path": "optimizer.kind", "values": ["sgd", "adam"]},
                             {"path": "optimizer.rate", "min": 0.01, "max": 1},
                             {"path": "full", "values": [16, "full"]},
                             {"path": "optimizer.momentum", "min": 0, "max": 0.9,
                              "when": {"path": "optimizer.kind", "values": ["sgd"]}}])")
              .empty());
    const auto spec =
        tune::readTuning(json(R"({"objective": {"metric": "validation/loss", "goal": "minimize"}, "parameters": [
            {"path": "lr", "min": 0.001, "max": 0.1}, {"path": "layers", "min": 1, "max": 10}, {"path": "optimizer"}]})"),
                         small.subject());
    REQUIRE(spec);
    const auto space = tune::spaceOf(*spec, small.subject());
    REQUIRE(space);
    CHECK(space->parameters()[0].range.scale == tune::Scale::Log);
    CHECK(space->parameters()[1].range.type == tune::Type::Integer);
    CHECK(space->parameters()[2].range.values == base::Array{"sgd", "adam"});
}

TEST_CASE("limits come from a file")
{
    const auto shipped =
        tune::readLimits(std::filesystem::path(DESCENT_SOURCE_DIR) / "resources/tables/tuning_limits.json");
    REQUIRE(shipped);
    CHECK(*shipped == tune::Limits{});
    const tests::TempFolder folder;
    const auto small = tune::readLimits(folder.file("limits.json", R"({"parameters": 1, "categorical_values": 2})"));
    REQUIRE(small);
    tune::TuningSpec spec = tests::tuning(R"([{"path": "a", "values": [1, 2, 3]}, {"path": "b", "min": 0, "max": 1}])");
    spec.completion.notImproving = 2;
    spec.warmStart.emplace();
    const auto found = tune::checkTuning(spec, {}, *small);
    REQUIRE(found.problems.size() == 4);
    CHECK(says(found.problems[0].message, "2 parameters"));
    CHECK(says(found.problems[1].where, "/tuning/parameters/0/values"));
    CHECK_FALSE(tune::readLimits(folder.file("wrong.json", R"({"parameters": -1})")));
}

TEST_CASE("the part is written as it was read, and a Grid has all its points")
{
    const tune::TuningSpec spec = tests::tuning(
        R"([{"path": "a", "values": ["x", 2, null]}, {"path": "b", "type": "integer", "min": 1, "max": 3},
            {"path": "c", "min": 0.001, "max": 10, "when": {"path": "a", "values": ["x"]}}])",
        R"("strategy": {"kind": "Grid", "points": 3}, "seed": 7, "max_runtime_in_seconds": 60,
           "warm_start": {"parents": ["one"], "type": "TRANSFER_LEARNING"})");
    CHECK(tune::tuningFields().read(tune::tuningFields().write(spec)) == spec);
    const auto space = tune::spaceOf(spec);
    REQUIRE(space);
    CHECK(tune::jobsOf(spec, *space) == 15);
    const auto grid = tune::allSamplers().make(spec.strategy);
    REQUIRE(grid);
    std::vector<tune::Trial> trials;
    std::vector<std::string> points;
    for (;;) {
        const auto next = (*grid)->propose({*space, spec.objective, trials}, std::int64_t(trials.size()), 0);
        if (!next)
            break;
        points.push_back(base::writeJson(next->parameters));
        trials.push_back({.number = std::int64_t(trials.size()), .parameters = next->parameters, .notes = next->notes});
    }
    REQUIRE(points.size() == 15);
    CHECK(points[0] == R"({"a":"x","b":1,"c":0.001})");
    CHECK(points[1] == R"({"a":"x","b":1,"c":0.1})");
    CHECK(points[14] == R"({"a":null,"b":3})");
}

}
