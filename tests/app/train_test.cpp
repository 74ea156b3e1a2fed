// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/rng.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::train_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string moons = R"({"name": "moons", "data": {"source": "two-moons", "rows": 200},
    "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh", "dropout": 0.1},
    "train": {"epochs": 5, "batch_size": 16, "optimizer": {"kind": "adamw", "lr": 0.01}, "schedule": "cosine", "threads": 1, "seed": 3}})";

// Trains with --json; the run's folder is new.
Value trained(const std::string& experiment, const std::string& runs, std::vector<std::string> more = {})
{
    std::vector<std::string> arguments{"train", experiment, "--runs", runs, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const tests::Ended ended = cli(arguments);
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    return ended.json();
}

}

TEST_CASE("train tells what the contract promises")
{
    const TempFolder folder;
    const Value run = trained(folder.file("m.experiment.json", moons), folder.path());
    for (const char* key :
         {"run", "status", "epochs", "steps", "seconds", "train_seconds", "metrics", "best", "findings", "digest"}) {
        INFO(key);
        CHECK(run.object().find(key));
    }
    CHECK(run["status"].text() == "completed");
    CHECK(run["epochs"].toInt() == 5);
    CHECK(run["steps"].toInt() == 5 * 9);
    CHECK(run["metrics"]["train/loss"].isNumber());
    CHECK(run["metrics"]["validation/accuracy"].toReal() > 0.5);
    CHECK(run["metrics"]["train_eval/loss"].isNumber());
    CHECK(run["best"]["metric"].text() == "validation/loss");
    CHECK(run["digest"].text().size() == 32);
    CHECK(std::filesystem::exists(std::filesystem::path(run["run"].text()) / "run.h5"));
    CHECK(std::filesystem::exists(std::filesystem::path(run["run"].text()) / "spec.json"));
    CHECK_FALSE(std::filesystem::is_empty(std::filesystem::path(run["run"].text()) / "checkpoints"));
}

TEST_CASE("the same experiment gives the same bits, another seed others")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", moons);
    const Value first = trained(file, folder.path()), second = trained(file, folder.path());
    CHECK(first["run"].text() != second["run"].text());
    CHECK(first["digest"].text() == second["digest"].text());
    CHECK(trained(file, folder.path(), {"--set", "train.seed=4"})["digest"].text() != first["digest"].text());
}

TEST_CASE("a run that is killed goes on to the same bits")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", moons);
    const std::vector<std::string> settings{"--set", "train.epochs=150", "--set", "train.checkpoint.every_steps=40"};
    const Value whole = trained(file, folder.path() / "whole", settings);
    const core::base::Draw draw(11, "kills");
    int killed = 0;
    for (int round = 0; round < 4; ++round) {
        const auto runs = folder.path() / ("runs-" + std::to_string(round));
        std::vector<std::string> arguments{"train", file, "--runs", runs, "--json", "--resume", "auto"};
        arguments.insert(arguments.end(), settings.begin(), settings.end());
        for (int kill = 0; kill < 2; ++kill) {
            tests::Running run(tests::cliCommand(arguments));
            const auto checkpointed = [&] {
                std::error_code none;
                for (const auto& entry : std::filesystem::recursive_directory_iterator(runs, none))
                    if (entry.path().extension() == ".safetensors")
                        return true;
                return !run.going();
            };
            REQUIRE(tests::until(checkpointed));
            const double extra = draw.uniform(std::uint64_t(10 * round + kill), 0, 0.15);
            const bool over = tests::until([&] { return !run.going(); }, extra);
            killed += !over;
            run.signal(SIGKILL);
            run.wait();
        }
        const Value resumed = trained(file, runs, [&] {
            auto all = settings;
            all.insert(all.end(), {"--resume", "auto"});
            return all;
        }());
        CHECK(resumed["digest"].text() == whole["digest"].text());
        CHECK(resumed["steps"].toInt() == whole["steps"].toInt());
    }
    CHECK(killed > 0);
}

TEST_CASE("a run that is killed before its first checkpoint begins again, and its record too")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", moons);
    const std::vector<std::string> settings{"--set", "train.epochs=300", "--set",
                                            "train.checkpoint.every_seconds=1000"};
    const Value whole = trained(file, folder.path() / "whole", settings);
    const auto runs = folder.path() / "killed";
    std::vector<std::string> arguments{"train", file, "--runs", runs, "--resume", "auto"};
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    tests::Running run(tests::cliCommand(arguments));
    const auto recorded = [&] {
        const tests::Ended shown = cli({"runs", "show", "moons-0001", "--runs", runs, "--json"});
        return !run.going() || (shown.status == 0 && shown.json()["runs"].array()[0]["steps"].toInt() > 20);
    };
    REQUIRE(tests::until(recorded));
    run.signal(SIGKILL);
    run.wait();
    const Value resumed = trained(
        file, runs, {"--set", "train.epochs=300", "--set", "train.checkpoint.every_seconds=1000", "--resume", "auto"});
    CHECK(resumed["digest"].text() == whole["digest"].text());
    const auto lines = [&](const Value& of) {
        const std::string out = folder.path() / "out.csv";
        CHECK(cli({"export", of["run"].text(), "--to", "csv", out}).status == 0);
        const std::string text = core::base::readFile(out).valueOr("");
        return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(lines(resumed) == lines(whole));
}

TEST_CASE("SIGTERM and Ctrl-C leave a run that can be resumed")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", moons);
    const Value whole = trained(file, folder.path() / "whole", {"--set", "train.epochs=400"});
    for (const auto& [number, status] : {std::pair{SIGTERM, 143}, std::pair{SIGINT, 130}}) {
        const auto runs = folder.path() / std::to_string(status);
        tests::Running run(tests::cliCommand({"train", file, "--runs", runs, "--json", "--set", "train.epochs=400"}));
        REQUIRE(tests::until([&] { return std::filesystem::exists(runs / "moons-0001" / "run.h5") || !run.going(); }));
        run.signal(number);
        const tests::Ended ended = run.wait(30);
        INFO(ended.err << ended.out);
        if (ended.status == 0)
            continue; // it was done before the signal came
        CHECK(ended.status == status);
        CHECK(ended.json()["status"].text() == "interrupted");
        const tests::Ended resumed = cli({"resume", "moons-0001", "--runs", runs, "--json"});
        INFO(resumed.err);
        CHECK(resumed.status == 0);
        CHECK(resumed.json()["digest"].text() == whole["digest"].text());
    }
}

TEST_CASE("early stopping ends the run and restores the best weights")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", moons);
    const Value run = trained(file, folder.path(),
                              {"--set", "train.epochs=400", "--set", "train.early_stopping={\"patience\": 4}", "--set",
                               "model.dropout=0", "--set", "train.schedule=constant"});
    CHECK(run["status"].text() == "early_stopped");
    CHECK(run["epochs"].toInt() < 400);
    const std::string folderName = run["run"].text();
    const tests::Ended evaluated = cli({"evaluate", folderName, "--json"});
    INFO(evaluated.err);
    REQUIRE(evaluated.status == 0);
    CHECK(evaluated.json()["metrics"]["validation/loss"].toReal() ==
          Approx(run["best"]["value"].toReal()).epsilon(1e-6));
}

TEST_CASE("evaluate, predict and export work on a finished run")
{
    const TempFolder folder;
    const Value run = trained(folder.file("m.experiment.json", moons), folder.path());
    const std::string name = run["run"].text();
    for (int opening = 1; opening <= 2; ++opening) {
        const tests::Ended test = cli({"evaluate", name, "--split", "test", "--json"});
        REQUIRE(test.status == 0);
        CHECK(test.json()["test_openings"].toInt() == opening);
        CHECK(test.json()["metrics"]["test/accuracy"].isNumber());
    }
    const auto input = folder.file("new.csv", "x,y\n0.5,0.25\n-1,0.1\n2,-0.4\n");
    const tests::Ended predicted =
        cli({"predict", name, "--input", input, "--output", folder.path() / "out.csv", "--json"});
    INFO(predicted.err);
    CHECK(predicted.status == 0);
    CHECK(predicted.json()["rows"].toInt() == 3);
    for (const std::string to : {"csv", "safetensors"}) {
        const tests::Ended exported = cli({"export", name, "--to", to, folder.path() / ("out." + to), "--json"});
        INFO(exported.err);
        REQUIRE(exported.status == 0);
        const Value object = exported.json();
        for (const Value& file : object["files"].array())
            CHECK(std::filesystem::file_size(file.text()) > 100);
    }
    // The exported weights start another run: its first loss is the trained one's.
    const Value again = trained(
        folder.path() / "m.experiment.json", folder.path(),
        {"--set", "model.initialize_from=" + (folder.path() / "out.safetensors").string(), "--set", "train.epochs=1"});
    CHECK(again["status"].text() == "completed");
}

TEST_CASE("schedule, data, schema and doctor tell their keys")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", moons);
    const Value schedule = cli({"schedule", file, "--json"}).json();
    CHECK(schedule["steps_per_epoch"].toInt() == 9);
    CHECK(schedule["total_steps"].toInt() == 45);
    CHECK(schedule["lr"].array().size() == 45);
    CHECK(schedule["lr"].array().front().toReal() == Approx(0.01));
    const Value data = cli({"data", file, "--json"}).json();
    CHECK(data["rows"].toInt() == 200);
    CHECK(data["splits"]["train"]["rows"].toInt() == 140);
    CHECK(data["problems"].isArray());
    CHECK(cli({"schema", "--json"}).json()["properties"]["train"].isObject());
    CHECK(cli({"doctor", "--json"}).json()["torch"].text().starts_with("2."));
}

}
