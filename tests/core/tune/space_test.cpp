// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/space.h"

#include "tests/support/tuning.h"

namespace tests::space_test {

using namespace core;
using tests::json;

namespace {

const std::string conditional = R"([
    {"path": "train.optimizer.momentum", "min": 0, "max": 0.9, "when": {"path": "train.optimizer", "values": ["sgd"]}},
    {"path": "train.optimizer", "values": ["sgd", "adam"]},
    {"path": "layers", "type": "integer", "min": 1, "max": 3}])";

}

TEST_CASE("a parameter with a condition exists where its parent has the value")
{
    const tune::Space space = tests::spaceOf(conditional);
    REQUIRE(space.size() == 3);
    const std::vector<double> sgd{0.5, 0.1, 0.9}, adam{0.5, 0.9, 0.1};
    CHECK(base::writeJson(space.pointAt(sgd)) ==
          R"({"train.optimizer.momentum":0.45,"train.optimizer":"sgd","layers":3})");
    CHECK(base::writeJson(space.pointAt(adam)) == R"({"train.optimizer":"adam","layers":1})");
    const std::vector<double> back = space.unitOf(space.pointAt(adam));
    CHECK(std::isnan(back[0]));
    CHECK(back[1] == Approx(0.75));
    CHECK(space.filledUnitOf(space.pointAt(adam))[0] == 0.5);
    CHECK_FALSE(space.count());
    CHECK(*tests::spaceOf(R"([{"path": "b", "values": [1, 2, 3], "when": {"path": "a", "values": ["x"]}},
                              {"path": "a", "values": ["x", "y"]}, {"path": "c", "values": [1, 2]}])")
               .count() == 8);
}

TEST_CASE("points from outside are checked, and made to fit where a study asks for that")
{
    const tune::Space space = tests::spaceOf(conditional);
    const auto wrong = [&](const std::string& point) {
        const auto status = space.check(json(point).object(), "enqueue");
        return status ? std::string() : base::describe(status.error());
    };
    CHECK(wrong(R"({"train.optimizer": "adam", "layers": 2})").empty());
    CHECK(wrong(R"({"train.optimizer": "sgd", "layers": 2})").find("momentum is missing") != std::string::npos);
    CHECK(wrong(R"({"train.optimizer": "adam", "layers": 2, "train.optimizer.momentum": 0})").find("does not exist") !=
          std::string::npos);
    CHECK(wrong(R"({"train.optimizer": "adam", "layers": 4})").find("1 to 3") != std::string::npos);
    CHECK(wrong(R"({"train.optimizer": "adam", "layers": 1, "lr": 1})").find("no parameter") != std::string::npos);
    CHECK(base::writeJson(space.nearest(json(R"({"layers": 9, "lr": 1, "train.optimizer": "adam"})").object())) ==
          R"({"train.optimizer":"adam","layers":3})");
}

TEST_CASE("conditions lead to a parameter of the study, and not back to themselves")
{
    const auto problem = [](const std::string& parameters) {
        return tests::problemOf(R"({"objective": {"metric": "loss", "goal": "minimize"}, "parameters": )" + parameters +
                                "}");
    };
    CHECK(problem(R"([{"path": "a", "values": [1], "when": {"path": "b", "values": [1]}},
                      {"path": "b", "values": [1], "when": {"path": "a", "values": [1]}}])")
              .find("comes back to itself") != std::string::npos);
    CHECK(problem(R"([{"path": "a", "values": [1], "when": {"path": "b", "values": [1]}}])")
              .find("\"b\" is no parameter") != std::string::npos);
    CHECK(problem(R"([{"path": "a", "values": [1], "when": {"path": "b", "values": [3]}},
                      {"path": "b", "values": [1]}])")
              .find("3 is no value of b") != std::string::npos);
    CHECK(problem(R"([{"path": "a", "values": [1]}, {"path": "a", "values": [2]}])").find("twice") !=
          std::string::npos);
}

}
