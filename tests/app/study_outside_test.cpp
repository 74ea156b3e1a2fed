// SPDX-License-Identifier: GPL-3.0-or-later
// Studies that are told from outside: what is no value, and what they take over from studies before them.
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <sstream>

namespace tests::study_outside_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

Object outside(const Object& more = {})
{
    Object tuning{{"strategy", "Random"},
                  {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                  {"max_jobs", 2},
                  {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 0.001}, {"max", 0.1}}}}};
    for (const auto& [key, value] : more)
        tuning.set(key, value);
    return tuning;
}

struct Place {
    TempFolder folder;
    std::string runs = (folder.path() / "runs").string();

    Ended create(const Value& tree) const
    {
        const std::string file = folder.file("a.experiment.json", core::base::writeJson(tree)).string();
        return cli({"study", "create", file, "--runs", runs, "--json"});
    }
    std::string made(const Value& tree) const
    {
        const Ended ended = create(tree);
        INFO(ended.err << ended.out);
        REQUIRE(ended.status == 0);
        return ended.json()["study"].text();
    }
    Value state(const std::string& study) const { return cli({"study", "show", study, "--json"}).json(); }
};

// What `study serve` answers to these lines; `full`: it cannot write to a file any more.
std::vector<Value> served(const std::string& study, const std::string& lines, bool full = false)
{
    const std::string limit = full ? "trap '' XFSZ; ulimit -f 0; " : "";
    std::vector<std::string> command{"sh", "-c", "printf '%b' \"$0\" | (" + limit + "exec \"$@\") | cat", lines};
    for (const std::string& each : tests::cliCommand({"study", "serve", study}))
        command.push_back(each);
    std::istringstream out(tests::Running(command).wait().out);
    std::vector<Value> answers;
    for (std::string line; std::getline(out, line);) {
        const auto answer = core::base::parseJson(line);
        INFO(line);
        REQUIRE(answer);
        answers.push_back(*answer);
    }
    return answers;
}

}

TEST_CASE("what is no value is refused, and its trial goes on")
{
    const Place place;
    const std::string study = place.made(Object{{"tuning", outside({{"max_parallel_jobs", 2}})}});
    REQUIRE(cli({"study", "ask", study}).status == 0);
    for (const char* wrong : {"[\"a\"]", "{\"loss\":1}", "true", "much"}) {
        INFO(wrong);
        const Ended told = cli({"study", "tell", study, "0", wrong, "--json"});
        CHECK(told.status == 2);
        CHECK(told.json()["error"]["message"].text().find("is no value") != std::string::npos);
    }
    CHECK(cli({"study", "tell", study, "0", "[1,2]", "--step", "1"}).status == 2);
    // Line by line the same. Python writes NaN as a bare word.
    const auto answers = served(study, R"({"tell": 0, "value": "abc"}\n{"tell": 0, "value": [1], "step": 1}\n)"
                                       R"({"tell": 0, "value": NaN, "step": 1}\n{"ask": true}\n)"
                                       R"({"tell": 1, "value": Infinity}\n{"tell": 0, "value": NaN}\n)");
    REQUIRE(answers.size() == 6);
    CHECK(answers[0]["error"].text().find("\"abc\" is no value") != std::string::npos);
    CHECK(answers[1]["error"].text().find("On the way it takes one number") != std::string::npos);
    CHECK(answers[2]["state"].text() == "running");
    CHECK(answers[3]["number"].toInt() == 1);
    CHECK(answers[4]["state"].text() == "completed");
    CHECK(answers[5]["state"].text() == "failed");
}

TEST_CASE("where the study cannot be written any more it has not ended")
{
    const Place place;
    const std::string study = place.made(Object{{"tuning", outside()}});
    const auto answers = served(study, R"({"ask": true}\n)", true);
    REQUIRE(answers.size() == 1);
    CHECK_FALSE(answers[0].object().find("ended"));
    CHECK(answers[0]["error"].text().find("study.jsonl") != std::string::npos);
    CHECK(served(study, R"({"ask": true}\n)")[0]["number"].toInt() == 0);
}

TEST_CASE("a study from outside keeps to its file of limits, and is not trained by mistake")
{
    const Place place;
    const Ended missing = place.create(Object{{"tuning", outside({{"limits", "none.csv"}})}});
    CHECK(missing.status != 0);
    CHECK(missing.err.find("none.csv") != std::string::npos);
    place.folder.file("limits.csv", "path,min,max\ntrain.optimizer.lr,0.01,0.05\n");
    const Ended beyond = place.create(Object{{"tuning", outside({{"limits", "limits.csv"}})}});
    CHECK(beyond.status == 2);
    INFO(beyond.err);
    CHECK(beyond.err.find("is below 0.01") != std::string::npos);

    Object free = outside();
    free.set("parameters", Array{Object{{"path", "x"}, {"min", 0}, {"max", 1}}});
    const std::string study = place.made(Object{{"tuning", free}});
    const Ended tuned = cli({"tune", (place.folder.path() / "a.experiment.json").string(), "--runs", place.runs});
    CHECK(tuned.status == 2);
    CHECK(place.state(study)["trials"].array().empty());
}

TEST_CASE("a warm start takes over its parent's trials, and the same data means the same data")
{
    const Place place;
    const auto moons = [](std::int64_t rows, const Object& more) {
        return Object{{"data", Object{{"source", "two-moons"}, {"rows", rows}}}, {"tuning", outside(more)}};
    };
    const std::string parent = place.made(moons(100, {}));
    const auto start = [](const std::string& type, const std::string& from = "study-study-0001") {
        return Object{{"warm_start", Object{{"type", type}, {"parents", Array{from}}}}};
    };
    const std::string identical = "IDENTICAL_DATA_AND_ALGORITHM", transfer = "TRANSFER_LEARNING";
    const auto refused = [&](const Value& tree, const std::string& why) {
        const Ended ended = place.create(tree);
        INFO(ended.err);
        CHECK(ended.status == 2);
        CHECK(ended.err.find(why) != std::string::npos);
    };
    refused(moons(100, start(identical, "nobody")), "there is no study \"nobody\"");
    refused(moons(100, start(identical)), "has not ended");
    for (const char* value : {"0.5", "0.25"}) {
        REQUIRE(cli({"study", "ask", parent}).status == 0);
        REQUIRE(cli({"study", "tell", parent, value == std::string("0.5") ? "0" : "1", value}).status == 0);
    }
    refused(moons(120, start(identical)), "has other data");
    Value other = moons(100, start(identical));
    REQUIRE(other.setAt("model.kind", "linear"));
    refused(other, "has another algorithm");
    // Nothing is left of what was refused.
    CHECK(std::distance(std::filesystem::directory_iterator(place.runs), {}) == 1);

    const Value same = place.state(place.made(moons(100, start(identical))));
    REQUIRE(same["trials"].array().size() == 2);
    CHECK(same["best"]["value"].toReal() == 0.25);
    const Value elsewhere = place.state(place.made(moons(120, start(transfer))));
    CHECK(elsewhere["trials"].array().size() == 2);
    CHECK(elsewhere["best"].isNull());
}

}
