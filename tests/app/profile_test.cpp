// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::profile_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

// Every picture is mixed of several before it is seen, which costs far more than what a linear model makes of it.
const std::string slowLoader = R"({"name": "slow", "data": {"source": "fashion-mnist", "rows": 600},
    "augment": [{"kind": "AugMix"}], "model": "linear",
    "train": {"epochs": 2, "batch_size": 32, "threads": 1}})";

Value told(const std::vector<std::string>& arguments)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

}

TEST_CASE("a planted slow loader is found, and what is advised is a setting that leaves the result as it is")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("slow.experiment.json", slowLoader);
    const Value slow = told({"train", file, "--runs", runs, "--json"});
    const std::string html = folder.path() / "report.html", trace = folder.path() / "trace.json";
    const Value report = told({"profile", "slow-0001", "--runs", runs, "--html", html, "--trace", trace, "--rules-json",
                               folder.path() / "rules", "--json"});
    CHECK(report["steps"].toInt() == slow["steps"].toInt());
    const core::base::Object phases = report["phases"].object();
    double most = 0, sum = 0;
    std::string longest;
    for (const auto& [name, phase] : phases) {
        sum += phase["share"].toReal();
        if (phase["seconds"].toReal() > most) {
            most = phase["seconds"].toReal();
            longest = name;
        }
    }
    CHECK(longest == "data_wait");
    CHECK(sum == Approx(1));
    CHECK(report["seconds"].toReal() <= slow["train_seconds"].toReal() * 1.05);
    const core::base::Array findings = report["findings"].array();
    REQUIRE(findings.size() >= 1);
    bool starved = false;
    for (const Value& finding : findings)
        starved = starved || finding["rule"].text() == "DataStarved";
    CHECK(starved);
    std::string set;
    for (const Value& advice : report["advice"].array())
        if (advice["rule"].text() == "DataStarved" && set.empty()) {
            const core::base::Array edits = advice["edits"].array();
            REQUIRE_FALSE(edits.empty());
            set = edits[0]["path"].text() + "=" + core::base::writeJson(edits[0]["value"]);
        }
    CHECK(set == "data.num_workers=2");
    const auto starvedRule = core::base::readJson(folder.path() / "rules" / "DataStarved.json");
    REQUIRE(starvedRule);
    CHECK((*starvedRule)["RuleTriggered"].toInt() == 1);
    CHECK(std::filesystem::exists(folder.path() / "rules" / "StepOutlier.json"));
    const auto written = core::base::readFile(html);
    REQUIRE(written);
    CHECK(written->find("data wait") != std::string::npos);
    const auto events = core::base::readFile(trace);
    REQUIRE(events);
    REQUIRE(core::base::parseJson(*events));
    // As the advice says, trained anew and in the middle of a run: the same weights, and another profile.
    const Value cured = told({"train", file, "--runs", runs, "--set", set, "--json"});
    CHECK(cured["digest"] == slow["digest"]);
    const Value branch = told({"branch", "slow-0001", "--at", "10", "--set", set, "--runs", runs, "--json"});
    CHECK(branch["digest"] == slow["digest"]);
    const Value compared = told({"profile", "slow-0001", "--compare", "slow-0002", "--runs", runs, "--json"});
    CHECK(compared["compared"]["phases"].array().size() == 10);
}

TEST_CASE("the profiler changes nothing, and turned off it records nothing")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("m.experiment.json", R"({"name": "moons",
        "data": {"source": "two-moons", "rows": 300}, "model": {"kind": "mlp", "hidden": [16, 16], "dropout": 0.2},
        "train": {"epochs": 8, "batch_size": 10, "threads": 1}})");
    const Value on = told({"train", file, "--runs", runs, "--set", "profiler.layer_every=1", "--json"});
    const Value off = told({"train", file, "--runs", runs, "--set", "profiler.enabled=false", "--json"});
    CHECK(on["digest"] == off["digest"]);
    CHECK(told({"replay", "moons-0001", "--runs", runs, "--json"})["identical"].toBool());
    CHECK(told({"replay", "moons-0002", "--runs", runs, "--json"})["identical"].toBool());
    const Value report = told({"profile", "moons-0001", "--runs", runs, "--json"});
    CHECK(report["steps"].toInt() == on["steps"].toInt());
    // Linear, ReLU, dropout, …: each with the time of its own.
    CHECK(report["layers"].array().size() >= 5);
    for (const Value& layer : report["layers"].array())
        CHECK(layer["backward_ms"].toReal() > 0);
    const tests::Ended nothing = cli({"profile", "moons-0002", "--runs", runs, "--json"});
    CHECK(nothing.status == 3);
    CHECK(nothing.json()["error"]["message"].text().starts_with("nothing of this run's time was recorded"));
    CHECK(cli({"profile", "nobody", "--runs", runs, "--json"}).status != 0);
    CHECK(cli({"train", file, "--runs", runs, "--set", "profiler.interval_ms=50", "--json"}).status == 2);
    CHECK(cli({"train", file, "--runs", runs, "--set", R"(profiler.rules=["CPUBotleneck"])", "--json"}).status == 2);
}

TEST_CASE("trees have no backward pass, and are profiled by their rounds")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("t.experiment.json", R"({"name": "trees",
        "data": {"source": "two-moons", "rows": 300}, "model": "xgboost", "train": {"epochs": 20, "threads": 1}})");
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const Value report = told({"profile", "trees-0001", "--runs", runs, "--json"});
    CHECK(report["steps"].toInt() == run["steps"].toInt());
    const Value phases = report["phases"];
    CHECK(phases["optimizer"]["seconds"].toReal() > 0);
    CHECK(phases["backward"]["seconds"].toReal() == 0);
}

TEST_CASE("a run is profiled while it goes, after it was killed, and when it has been taken up again")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("long.experiment.json", R"({"name": "long",
        "data": {"source": "two-moons", "rows": 300}, "model": {"kind": "mlp", "hidden": [16]},
        "train": {"steps": 200000, "batch_size": 10, "threads": 1, "checkpoint": {"every_seconds": 0.2}},
        "profiler": {"interval_ms": 100}})");
    std::int64_t live = 0;
    {
        tests::Running run(tests::cliCommand({"train", file, "--runs", runs, "--json"}));
        REQUIRE(tests::until([&] {
            const tests::Ended ended = cli({"profile", "long-0001", "--runs", runs, "--json"});
            if (ended.status != 0)
                return false;
            const Value report = ended.json();
            live = report["steps"].toInt();
            return live > 1000 && report["system"]["samples"].toInt() > 2 && !report["finished"].toBool();
        }));
        CHECK(run.going());
    }
    const Value killed = told({"profile", "long-0001", "--runs", runs, "--json"});
    CHECK(killed["steps"].toInt() >= live);
    CHECK_FALSE(killed["finished"].toBool());
    std::vector<std::string> threads;
    for (const Value& thread : killed["system"]["threads"].array())
        threads.push_back(thread["name"].text());
    for (const char* name : {"trainer", "recorder", "profiler"}) {
        INFO(name);
        CHECK(std::find(threads.begin(), threads.end(), name) != threads.end());
    }
    tests::Running again(tests::cliCommand({"resume", "long-0001", "--runs", runs, "--json"}));
    REQUIRE(tests::until([&] {
        const tests::Ended ended = cli({"profile", "long-0001", "--runs", runs, "--json"});
        return ended.status == 0 && ended.json()["steps"].toInt() > killed["steps"].toInt();
    }));
}

}
