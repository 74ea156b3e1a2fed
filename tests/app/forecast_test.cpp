// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::forecast_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

Value told(const std::vector<std::string>& arguments, int status = 0)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == status);
    return ended.json();
}

const std::string seasons = R"({"data": {"source": {"kind": "series", "noise": 0.1, "trend": 0.0}, "rows": 600,
    "window": {"context": 24, "horizon": 3}}, "model": "linear",
    "train": {"epochs": 40, "batch_size": 64, "optimizer": {"kind": "adam", "lr": 0.02}, "threads": 1}})";

}

TEST_CASE("a forecast from the command line: data, train, evaluate, replay, predict")
{
    const TempFolder folder;
    const std::string file = folder.file("f.experiment.json", seasons), runs = folder.path() / "runs";
    const Value data = told({"data", file, "--json"});
    CHECK(data["task"].text() == "forecasting");
    CHECK(data["rows"].toInt() == 600 - 24 - 2);
    CHECK(data["input_shape"].array().size() == 2);
    // Two rows at each border would see what comes after it.
    std::int64_t kept = 0;
    for (const char* part : {"train", "validation", "test"})
        kept += data["splits"][part]["rows"].toInt();
    CHECK(kept == data["rows"].toInt() - 4);

    const Value run = told({"train", file, "--runs", runs, "--json"});
    const std::string id = run["run"].text();
    // The season swings by 2, the noise by 0.1.
    CHECK(run["metrics"]["validation/mae"].toReal() < 0.3);
    CHECK(run["metrics"]["validation/r2"].toReal() > 0.95);
    CHECK(told({"evaluate", id, "--split", "test", "--json"})["metrics"]["test/mae"].toReal() < 0.3);
    CHECK(told({"replay", id, "--json"})["identical"].toBool());

    // The report's figures are of every number that is foretold.
    const Value report = told({"report", id, "--html", folder.path() / "r.html", "--json"})["evaluation"];
    CHECK(report["row"].text() == "value");
    CHECK(report["rows"].toInt() == 3 * data["splits"]["validation"]["rows"].toInt());
    CHECK(report["mae"].toReal() == Approx(run["metrics"]["validation/mae"].toReal()).epsilon(1e-4));

    std::string rows = "time,value\n";
    for (int day = 1; day <= 26; ++day)
        rows += "2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + ",0.5\n";
    const std::string said = folder.path() / "said.csv";
    CHECK(told({"predict", id, "--input", folder.file("new.csv", rows), "--output", said, "--json"})["rows"].toInt() ==
          3);
    const auto predictions = core::base::readFile(said);
    REQUIRE(predictions);
    CHECK(predictions->starts_with("prediction_1,prediction_2,prediction_3\n"));
    CHECK(std::count(predictions->begin(), predictions->end(), '\n') == 4);
}

TEST_CASE("boosted trees foretell one step, and say so where more are asked for")
{
    const TempFolder folder;
    const std::string file = folder.file("f.experiment.json", seasons), runs = folder.path() / "runs";
    const std::vector<std::string> trees{"train", file, "--runs", runs, "--set", "model=xgboost", "--json"};
    const tests::Ended refused = cli(trees);
    CHECK(refused.status == 2);
    CHECK(refused.json()["error"]["where"].text() == "/data/window/horizon");
    std::vector<std::string> one = trees;
    one.insert(one.end(), {"--set", "data.window.horizon=1"});
    CHECK(told(one)["metrics"]["validation/mae"].toReal() < 0.5);
}

TEST_CASE("sounds and words are learned from the command line; boxes can only be looked at")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const std::string tones = folder.file("t.experiment.json", R"({"data": {"source": "tones", "rows": 120,
        "audio": {"sample_rate": 8000, "n_mels": 24}}, "model": "linear",
        "train": {"epochs": 15, "optimizer": {"kind": "adam", "lr": 0.003}, "threads": 1}})");
    CHECK(told({"train", tones, "--runs", runs, "--json"})["metrics"]["validation/accuracy"].toReal() > 0.8);

    std::string csv = "review,verdict\n";
    for (int i = 0; i < 60; ++i)
        csv += i % 3 ? "a truly awful film " + std::to_string(i) + " times over,bad\n"
                     : "what a splendid film " + std::to_string(i) + " times over,good\n";
    folder.file("reviews.csv", csv);
    const std::string words = folder.file("w.experiment.json", R"({"data": {"source": "reviews.csv"}, "model": "linear",
        "train": {"epochs": 60, "optimizer": {"kind": "adam", "lr": 0.05}, "threads": 1}})");
    const Value run = told({"train", words, "--runs", runs, "--json"});
    CHECK(run["metrics"]["validation/accuracy"].toReal() == 1);
    const std::string said = folder.path() / "said.csv";
    told({"predict", run["run"].text(), "--input", folder.file("new.csv", "review\nsplendid\n"), "--output", said,
          "--json"});
    CHECK(core::base::readFile(said)->find("\ngood,") != std::string::npos);

    const std::string scenes =
        folder.file("s.experiment.json", R"({"data": {"source": {"kind": "fashion-scenes", "size": 48}, "rows": 20}})");
    CHECK(told({"data", scenes, "--json"})["splits"]["train"]["rows"].toInt() == 14);
    const Value error = told({"train", scenes, "--runs", runs, "--json"}, 2)["error"];
    CHECK(error["message"].text().find("no network here learns boxes yet") != std::string::npos);
}

}
