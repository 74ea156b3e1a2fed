// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::losses_test {

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

std::string firstLine(const std::filesystem::path& file)
{
    const auto text = core::base::readFile(file);
    REQUIRE(text);
    return text->substr(0, text->find('\n'));
}

const std::string line = "x,y\n" + [] {
    std::string rows;
    for (int i = 0; i < 60; ++i)
        rows += std::to_string(i) + "," + std::to_string(3 * i + i % 7) + "\n";
    return rows;
}();

}

TEST_CASE("two classes by one output: trained, replayed, judged class by class, predicted")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const std::string file = folder.file("a.experiment.json", R"({"data": {"source": "two-moons", "rows": 200},
        "train": {"epochs": 12, "optimizer": {"kind": "adam", "lr": 0.01}, "loss": "bce", "metrics": ["auc", "accuracy"], "threads": 1,
                  "early_stopping": {"metric": "validation/recall"}}})");
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const std::string id = run["run"].text();
    CHECK(run["metrics"]["train_eval/accuracy"].toReal() > 0.7);
    CHECK(run["metrics"]["train/accuracy"].toReal() > 0);
    CHECK(run["metrics"]["validation/auc"].toReal() > 0.8);
    CHECK(run["best"]["metric"].text() == "validation/recall");
    CHECK_FALSE(run["metrics"].object().find("validation/f1"));
    CHECK(told({"replay", id, "--json"})["identical"].toBool());

    const auto record = core::store::readRun(id);
    REQUIRE(record);
    double mean = 0;
    for (const std::string name : {"lower", "upper"}) {
        REQUIRE(record->scalars.contains("validation/per_class/recall/" + name));
        const auto& recall = record->scalars.at("validation/per_class/recall/" + name);
        CHECK(recall.steps == record->scalars.at("validation/recall").steps);
        mean += recall.values.back() / 2;
        CHECK(record->scalars.at("validation/per_class/support/" + name).values.back() > 0);
    }
    CHECK(mean == Approx(record->scalars.at("validation/recall").values.back()));

    const Value judged = told({"evaluate", id, "--split", "validation", "--json"});
    for (const char* metric :
         {"accuracy", "f1", "auc", "average_precision", "matthews", "calibration_error", "log_loss"})
        CHECK(judged["metrics"][std::string("validation/") + metric].isNumber());
    REQUIRE(judged["classes"].array().size() == 2);
    CHECK(judged["classes"].array()[0]["name"].text() == "upper");

    folder.file("new.csv", "x,y\n0,1\n1,-0.5\n");
    const auto out = folder.path() / "out.csv";
    told({"predict", id, "--input", (folder.path() / "new.csv").string(), "--output", out.string(), "--json"});
    CHECK(firstLine(out) == "prediction,confidence,p(upper),p(lower)");
}

TEST_CASE("quantiles and vectors are told as what they are")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs", out = folder.path() / "out.csv";
    const std::string rows = folder.file("line.csv", line);
    const std::string file = folder.file("a.experiment.json", R"({"data": {"source": "line.csv", "task": "regression"},
        "train": {"epochs": 3, "threads": 1, "loss": "quantile"}})");
    const Value run = told({"train", file, "--runs", runs, "--json"});
    CHECK(run["metrics"]["validation/coverage"].isNumber());
    told({"predict", run["run"].text(), "--input", rows, "--output", out, "--json"});
    CHECK(firstLine(out) == "prediction,prediction_q0.1,prediction_q0.5,prediction_q0.9");

    const Value embedded = told({"train", folder.file("b.experiment.json", R"({"data": {"source": "two-moons",
        "rows": 200, "task": "embedding"}, "train": {"epochs": 8, "threads": 1,
        "loss": {"kind": "triplet", "embedding_dim": 3}}})"),
                                 "--runs", runs, "--json"});
    CHECK(embedded["metrics"]["validation/recall_at_1"].toReal() > 0.7);
    const std::string id = embedded["run"].text();
    CHECK(told({"replay", id, "--json"})["identical"].toBool());
    folder.file("new.csv", "x,y\n0,1\n1,-0.5\n");
    told({"predict", id, "--input", (folder.path() / "new.csv").string(), "--output", out, "--json"});
    CHECK(firstLine(out) == "embedding_1,embedding_2,embedding_3");
}

TEST_CASE("a loss or metric that does not fit is refused with those that do")
{
    const TempFolder folder;
    const std::string file = folder.file("a.experiment.json", R"({"data": {"source": "two-moons"}})");
    struct Row {
        const char *set, *where, *named;
    };
    for (const Row& row : {Row{"train.loss=mse", "/train/loss", "bce, cross_entropy, focal, hinge, kl_div"},
                           {"train.metrics=[\"accuracy\", \"r2\"]", "/train/metrics/1", "auc"},
                           {"train.metrics=[\"acuracy\"]", "/train/metrics/0", "accuracy"},
                           {"model=xgboost", "/model/kind", ""}}) {
        INFO(row.set);
        std::vector<std::string> arguments{"train", file, "--set", row.set, "--runs", folder.path() / "runs", "--json"};
        if (std::string_view(row.set).starts_with("model"))
            arguments.insert(arguments.end(), {"--set", "data.task=embedding"});
        const Value error = told(arguments, 2)["error"];
        CHECK(error["where"].text() == row.where);
        CHECK(error["message"].text().find(row.named) != std::string::npos);
    }
}

}
