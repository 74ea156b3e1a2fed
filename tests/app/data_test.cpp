// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>
#include <sstream>

namespace tests::data_test {

using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

std::string contentOf(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

}

TEST_CASE("a cross-validated training runs every fold and tells mean and spread")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", R"({"name": "m", "data": {"source": "two-moons", "rows": 90},
        "split": {"kind": "k_fold", "folds": 3}, "train": {"epochs": 2, "threads": 1}})");
    const Ended ended = cli({"train", file, "--runs", folder.path() / "runs", "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const auto told = ended.json();
    REQUIRE(told["folds"].array().size() == 3);
    double sum = 0, square = 0;
    for (std::size_t fold = 0; fold < 3; ++fold) {
        const auto& one = told["folds"].array()[fold];
        CHECK(one["fold"].toInt() == std::int64_t(fold));
        CHECK(std::filesystem::exists(one["run"].text() + "/spec.json"));
        sum += one["metrics"]["validation/loss"].toReal();
    }
    const double mean = sum / 3;
    for (std::size_t fold = 0; fold < 3; ++fold)
        square += std::pow(told["folds"].array()[fold]["metrics"]["validation/loss"].toReal() - mean, 2);
    CHECK(told["metrics"]["validation/loss"].toReal() == Approx(mean));
    CHECK(told["spread"]["validation/loss"].toReal() == Approx(std::sqrt(square / 2)));
    const Ended one = cli({"train", file, "--runs", folder.path() / "runs", "--json", "--set", "split.fold=1"});
    CHECK(one.json()["metrics"]["validation/loss"].toReal() ==
          told["folds"].array()[1]["metrics"]["validation/loss"].toReal());
    CHECK_FALSE(one.json().at("folds"));
}

TEST_CASE("data is diagnosed, shown as a picture, and converted with a recipe")
{
    const TempFolder folder;
    std::string text = "a,b,kind\n";
    for (int i = 0; i < 40; ++i)
        text += std::to_string(i) + "," + (i == 7 ? "" : std::to_string(i * i)) + (i % 2 ? ",x\n" : ",\"y, z\"\n");
    folder.file("t.csv", text);
    const auto file = folder.file("t.experiment.json", R"({"data": {"source": "t.csv", "edits": [
        {"kind": "drop_rows", "rows": [0]}, {"kind": "set_cells", "column": "a", "rows": [2], "value": 99.5}]}})");
    const Ended found = cli({"data", "doctor", file, "--json"});
    INFO(found.err);
    REQUIRE(found.status == 0);
    const auto diagnosis = found.json();
    const auto& problem = diagnosis["problems"].array().front();
    CHECK(problem["kind"].text() == "missing_values");
    CHECK(problem["changes"]["data.missing"].text() == "median");

    const auto out = folder.path() / "out.csv";
    const Ended converted = cli({"data", "convert", file, out, "--json"});
    INFO(converted.err);
    REQUIRE(converted.status == 0);
    CHECK(converted.json()["rows"].toInt() == 39);
    const std::string rows = contentOf(out);
    CHECK(rows.find("a,b,kind\n1,1,x\n99.5,4,\"y, z\"\n") == 0);
    CHECK(contentOf(out.string() + ".recipe.json").find("drop_rows") != std::string::npos);
    CHECK(cli({"data", "convert", file, folder.path() / "out.xlsx"}).status == 2);
    REQUIRE(cli({"data", "convert", file, folder.path() / "out.h5"}).status == 0);

    const auto picture = folder.path() / "p.png";
    REQUIRE(cli({"data", file, "--preview", picture}).status == 0);
    CHECK(contentOf(picture).starts_with("\x89PNG"));
    CHECK(cli({"data"}).status == 2);
}

}
