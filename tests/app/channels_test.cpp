// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>

namespace tests::channels_test {

using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

std::string rowsOf(int first, int count)
{
    std::string text = "x,z,kind\n";
    for (int row = first; row < first + count; ++row)
        text += std::to_string(row * 37 % 101) + "," + std::to_string(row * 11 % 53) + "," +
                (row * 37 % 101 > 50 ? "far" : "near") + "\n";
    return text;
}

struct Files {
    TempFolder folder;
    std::string experiment, runs = (folder.path() / "runs").string();

    Files()
    {
        folder.file("learn.csv", rowsOf(0, 300));
        folder.file("look.csv", rowsOf(400, 70));
        folder.file("last.csv", rowsOf(600, 30));
        experiment = folder
                         .file("c.experiment.json", R"({"data": {"channels":
            {"train": "learn.csv", "validation": "look.csv", "test": "last.csv"}}, "train": {"epochs": 2}})")
                         .string();
    }
    core::base::Value train(std::vector<std::string> more = {}) const
    {
        std::vector<std::string> arguments{"train", experiment, "--json", "--runs", runs};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Ended ended = cli(arguments);
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.json();
    }
};

}

TEST_CASE("channels of an experiment are its splits, and weights to start from")
{
    const Files files;
    const auto shown = cli({"data", files.experiment, "--json"}).json();
    CHECK(shown["split"].text() == "predefined");
    CHECK(shown["splits"]["train"]["rows"].toInt() == 300);
    CHECK(shown["splits"]["validation"]["rows"].toInt() == 70);
    CHECK(shown["splits"]["test"]["rows"].toInt() == 30);
    CHECK(shown["channels"]["test"].text().ends_with("last.csv"));

    const auto first = files.train();
    CHECK(cli({"replay", first["run"].text(), "--json"}).json()["identical"].toBool());
    CHECK(cli({"evaluate", first["run"].text(), "--split", "test", "--json"}).json()["rows"].toInt() == 30);
    const auto second = files.train({"--set", "data.channels.model=" + first["run"].text()});
    CHECK(second["metrics"]["validation/loss"].toReal() < first["metrics"]["validation/loss"].toReal());
    const auto same = files.train({"--set", "model.initialize_from=" + first["run"].text()});
    CHECK(same["digest"] == second["digest"]);
    const auto streamed = files.train({"--set", "data.mode=pipe"});
    CHECK(streamed["metrics"]["validation/accuracy"].toReal() > 0.8);
}

TEST_CASE("channels that contradict the rest of an experiment are refused with the place")
{
    const Files files;
    const auto where = [&](const std::string& set) {
        const Ended ended = cli({"train", files.experiment, "--json", "--runs", files.runs, "--set", set});
        CHECK(ended.status == 2);
        return ended.json()["error"]["where"].text();
    };
    CHECK(where("split.kind=stratified") == "/split/kind");
    CHECK(where("split.column=kind") == "/split/column");
    CHECK(where("data.channels.train=") == "/data/channels/train");
    const Ended ignored = cli({"data", files.experiment, "--set", "data.source=two-moons"});
    CHECK(ignored.status == 0);
    CHECK(ignored.err.find("data.channels.train stands for it") != std::string::npos);
}

}
