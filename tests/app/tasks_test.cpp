// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks in which more than one thing is told of a row: a class for each of its pixels, or the row itself.
#include "core/base/files.h"
#include "core/data/formats/picture.h"
#include "core/data/formats/png_writer.h"
#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::tasks_test {

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

}

TEST_CASE("a U-Net learns what every pixel belongs to")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const std::string file = folder.file("masks.experiment.json", R"({
        "data": {"source": {"kind": "fashion-scenes", "size": 40, "max_items": 1}, "task": "segmentation", "rows": 80},
        "augment": [{"kind": "RandomHorizontalFlip"}],
        "model": {"kind": "unet", "depth": 2, "width": 6},
        "train": {"epochs": 4, "batch_size": 8, "optimizer": {"kind": "adam", "lr": 0.01}, "threads": 1}})");
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const std::string id = run["run"].text();
    const auto record = core::store::readRun(id);
    REQUIRE(record);
    const auto& losses = record->scalars.at("validation/loss").values;
    CHECK(losses.back() < 0.7 * losses.front());
    const auto& right = record->scalars.at("train/accuracy").values;
    CHECK(*std::ranges::min_element(right) >= 0);
    CHECK(*std::ranges::max_element(right) <= 1);
    CHECK(run["metrics"]["validation/iou"].toReal() > 0);
    CHECK(run["metrics"]["validation/accuracy"].toReal() > 0.5);
    CHECK(told({"replay", id, "--json"})["identical"].toBool());
    const Value judged = told({"evaluate", id, "--split", "validation", "--json"});
    CHECK(judged["metrics"]["validation/iou"].toReal() == Approx(run["metrics"]["validation/iou"].toReal()));

    // The report counts pixels.
    const Value report = told({"report", id, "--html", folder.path() / "r.html", "--json"})["evaluation"];
    CHECK(report["row"].text() == "pixel");
    CHECK(report["accuracy"].toReal() == Approx(run["metrics"]["validation/accuracy"].toReal()));
    CHECK(report["confusion"].array().size() == 11);

    // New pictures: a line each, and a mask that is read back as one.
    const std::filesystem::path pictures = folder.path() / "new";
    std::filesystem::create_directories(pictures);
    const std::vector<std::uint8_t> grey(40 * 40 * 3, 128);
    for (const char* name : {"a.png", "b.png"})
        REQUIRE(core::data::writePng(pictures / name, grey, 40, 40));
    const std::filesystem::path output = folder.path() / "said.csv";
    CHECK(told({"predict", id, "--input", pictures.string(), "--output", output.string(), "--json"})["rows"].toInt() ==
          2);
    CHECK(core::base::readFile(output)->starts_with("share(background),"));
    const auto mask = core::base::readFile(folder.path() / "said.masks" / "000001.png");
    REQUIRE(mask);
    const auto decoded = core::data::decodePicture(*mask, "mask", core::data::PictureUse::Mask);
    REQUIRE(decoded);
    CHECK(decoded->facts.height == 40);
    CHECK(*std::ranges::max_element(decoded->pixels) <= 10);

    // A network that says one thing of a picture is told why it cannot serve.
    for (const std::string kind : {"cnn", "resnet"}) {
        const Value error = told({"train", file, "--runs", runs, "--set", "model.kind=" + kind, "--json"}, 2)["error"];
        CHECK(error["message"].text().size() > 10);
        INFO(kind);
    }
    const Value other = told({"train", file, "--runs", runs, "--set", "data={\"source\": \"two-moons\"}", "--json"}, 2);
    CHECK(other["error"]["message"].text().find("picture") != std::string::npos);
}

TEST_CASE("an autoencoder learns to tell a row itself")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const std::string file = folder.file("auto.experiment.json", R"({
        "data": {"source": "fashion-mnist", "rows": 600, "task": "reconstruction"},
        "model": {"kind": "autoencoder", "hidden": [64], "bottleneck": 8},
        "train": {"epochs": 4, "batch_size": 32, "optimizer": {"kind": "adam", "lr": 0.003}, "threads": 1}})");
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const std::string id = run["run"].text();
    // Normalized pixels have a variance of about 1: less is learned.
    CHECK(run["metrics"]["validation/loss"].toReal() < 0.7);
    CHECK_FALSE(run["metrics"].object().find("validation/r2"));
    CHECK(run["metrics"]["validation/mae"].toReal() > 0);
    CHECK_FALSE(run["metrics"].object().find("validation/accuracy"));
    CHECK(told({"replay", id, "--json"})["identical"].toBool());
    const Value judged = told({"evaluate", id, "--split", "validation", "--json"});
    CHECK(judged["metrics"]["validation/loss"].toReal() == Approx(run["metrics"]["validation/loss"].toReal()));

    const Value folded =
        told({"train", file, "--runs", runs, "--set", "model.channels=[4,8]", "--set", "train.epochs=1", "--json"});
    CHECK(folded["status"].text() == "completed");

    const Value wrong =
        told({"train", file, "--runs", runs, "--set", "data.task=classification", "--json"}, 2)["error"];
    CHECK(wrong["message"].text().find("784") != std::string::npos);
    const Value trees = told({"train", file, "--runs", runs, "--set", "model.kind=xgboost", "--json"}, 2)["error"];
    CHECK(trees["message"].text().find("reconstruction") != std::string::npos);
}

TEST_CASE("checkpointed layers and memory formats: the same bits from the first, the same run from the second")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const std::string file = folder.file("deep.experiment.json", R"({
        "data": {"source": "fashion-mnist", "rows": 200},
        "model": {"kind": "resnet", "width": 4, "stem": "small"},
        "train": {"epochs": 1, "batch_size": 32, "threads": 1}})");
    const Value plain = told({"train", file, "--runs", runs, "--json"});
    const Value parts = told({"train", file, "--runs", runs, "--set", "train.gradient_checkpointing=4", "--json"});
    CHECK(parts["digest"].text() == plain["digest"].text());
    const Value last = told({"train", file, "--runs", runs, "--set", "train.memory_format=channels_last", "--json"});
    CHECK(last["digest"].text() == plain["digest"].text()); // what auto chooses here
    const Value first = told({"train", file, "--runs", runs, "--set", "train.memory_format=contiguous", "--json"});
    CHECK(first["metrics"]["validation/loss"].toReal() ==
          Approx(plain["metrics"]["validation/loss"].toReal()).epsilon(1e-2));
    CHECK(told({"replay", first["run"].text(), "--json"})["identical"].toBool());
}

}
