// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::boost_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string boosted = R"({"name": "trees", "data": {"source": "two-moons", "rows": 240},
    "model": {"kind": "xgboost", "subsample": 0.7}, "train": {"epochs": 30, "threads": 2}})";

Value told(const std::vector<std::string>& arguments)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

}

TEST_CASE("boosted trees from the command line: train, replay, branch, evaluate, predict, export, compare")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("t.experiment.json", boosted);
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const std::string id = run["run"].text();
    CHECK(run["steps"].toInt() == 30);
    CHECK(run["epochs"].toInt() == 30);
    CHECK(run["metrics"]["train/loss"].toReal() < 0.2);

    const Value proof = told({"replay", id, "--json"});
    CHECK(proof["identical"].toBool());
    CHECK(proof["steps_checked"].toInt() > 5);
    CHECK(told({"branch", id, "--at", "11", "--runs", runs, "--json"})["digest"].text() == run["digest"].text());
    const Value branch = told({"branch", id, "--at", "11", "--set", "model.max_depth=2", "--runs", runs, "--json"});
    CHECK(branch["digest"].text() != run["digest"].text());
    CHECK(branch["parent_step"].toInt() == 11);
    CHECK(told({"runs", "compare", id, branch["run"].text(), "--json"}).object().size() > 0);

    const Value early = told({"evaluate", id, "--split", "validation", "--at", "2", "--json"});
    const Value late = told({"evaluate", id, "--split", "validation", "--json"});
    CHECK(early["metrics"]["validation/loss"].toReal() > late["metrics"]["validation/loss"].toReal());
    const std::string rows = folder.file("rows.csv", "x,y\n0.1,0.9\n1.2,-0.4\n"), said = folder.path() / "said.csv";
    CHECK(told({"predict", id, "--input", rows, "--output", said, "--at", "9", "--json"})["rows"].toInt() == 2);
    const auto predictions = core::base::readFile(said);
    REQUIRE(predictions);
    CHECK(std::count(predictions->begin(), predictions->end(), '\n') == 3);
    CHECK(told({"export", id, "--to", "safetensors", folder.path() / "t.safetensors", "--at", "17", "--json"})
              .object()
              .find("files"));

    // What was exported can be gone on from.
    const std::string from = "model.initialize_from=" + (folder.path() / "t.safetensors").string();
    const Value more = told({"train", file, "--set", from, "--set", "train.epochs=2", "--runs", runs, "--json"});
    CHECK(more["metrics"]["train/loss"].toReal() < early["metrics"]["validation/loss"].toReal());
}

TEST_CASE("another kind of model on the command line leaves the old one's parameters, and says what it does not take")
{
    const TempFolder folder;
    const auto file = folder.file("n.experiment.json", R"({"data": {"source": "two-moons", "rows": 100},
        "model": {"kind": "mlp", "hidden": [8]}, "train": {"batch_size": 20, "optimizer": {"kind": "sgd", "lr": 0.1}}})");
    const tests::Ended ended = cli({"train", file, "--runs", folder.path(), "--json", "--set", "model.kind=xgboost",
                                    "--set", "train.epochs=3", "--set", "model.eta=0.2"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["steps"].toInt() == 3);
    CHECK(ended.err.find("train.batch_size does not apply to xgboost") != std::string::npos);
    CHECK(ended.err.find("train.optimizer does not apply to xgboost") != std::string::npos);
    CHECK(cli({"train", file, "--set", "model.kind=xgboost", "--set", "model.hidden=3"}).status == 2);
    CHECK(cli({"train", file, "--set", "model.hiden=3", "--set", "model.kind=xgboost"}).status == 2);
}

TEST_CASE("the schedule of boosted trees starts from eta")
{
    const TempFolder folder;
    const auto file = folder.file("t.experiment.json", boosted);
    const Value plan = told({"schedule", file, "--json", "--set", "train.schedule=cosine", "--set", "model.eta=0.5"});
    CHECK(plan["steps_per_epoch"].toInt() == 1);
    CHECK(plan["total_steps"].toInt() == 30);
    CHECK(plan["lr"].array().front().toReal() == Approx(0.5));
    CHECK(plan["lr"].array().back().toReal() < 0.01);
}

TEST_CASE("boosted trees weigh rows by their class, and what they do not know of a loss is told")
{
    const TempFolder folder;
    std::string text = "x,z,kind\n";
    for (int row = 0; row < 300; ++row)
        text += std::to_string(row * 37 % 101) + "," + std::to_string(row * 11 % 53) + "," +
                (row * 37 % 101 > 88 && row % 3 ? "rare" : "common") + "\n";
    folder.file("t.csv", text);
    const auto file = folder.file("t.experiment.json", R"({"data": {"source": "t.csv"}, "model": "xgboost",
        "train": {"epochs": 5}})");
    const auto trained = [&](const std::vector<std::string>& sets) {
        std::vector<std::string> arguments{"train", file, "--runs", folder.path() / "runs", "--json"};
        for (const std::string& set : sets)
            arguments.insert(arguments.end(), {"--set", set});
        return cli(arguments);
    };
    const auto plain = trained({});
    const auto balanced = trained({R"(train.loss={"kind": "cross_entropy", "class_weights": "balanced"})"});
    INFO(balanced.err);
    REQUIRE(balanced.status == 0);
    CHECK(balanced.err.find("does not apply") == std::string::npos);
    CHECK(balanced.json()["digest"] != plain.json()["digest"]);
    CHECK(told({"replay", balanced.json()["run"].text(), "--json"})["identical"].toBool());
    const auto even = trained({R"(train.loss={"kind": "cross_entropy", "class_weights": [1, 1]})"});
    CHECK(even.json()["digest"] == plain.json()["digest"]);
    const auto few = trained({R"(train.loss={"kind": "cross_entropy", "class_weights": [1, 1, 1]})"});
    CHECK(few.json()["error"]["where"].text() == "/train/loss/class_weights");
}

}
