// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::finding_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string small = R"({"name": "small", "data": {"source": "two-moons", "rows": 200},
    "model": {"kind": "mlp", "hidden": [16]}, "train": {"epochs": 6, "batch_size": 10, "threads": 1,
    "schedule": {"kind": "piecewise", "milestones": [0, 40], "factors": [1, 0.1]}}})";

Value told(const std::vector<std::string>& arguments)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

}

TEST_CASE("a rate and a batch size are found for an experiment, and for any step of a run")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const Value fresh = told({"lr-find", file, "--steps", "60", "--json"});
    CHECK(fresh["lr"].array().size() == fresh["loss"].array().size());
    CHECK(fresh["lr"].array().size() <= 60);
    for (const char* name : {"valley", "steepest", "minimum/10"})
        CHECK(fresh["suggestions"][name].toReal() > 0);
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const Value later = told({"lr-find", run["run"].text(), "--at", "30", "--json"});
    CHECK(later["step"].toInt() == 30);
    CHECK(later["digest"].text() != fresh["digest"].text());
    const Value sizes = told({"scale-batch-size", file, "--from", "8", "--to", "64", "--json"});
    CHECK(sizes["trials"].array().size() == 4);
    CHECK(sizes["present"].toInt() == 10);
    CHECK(sizes["largest"].toInt() == 64);
    CHECK(cli({"lr-find", file, "--at", "3", "--json"}).status == 2);
    CHECK(cli({"lr-find", run["run"].text(), "--at", "30000", "--json"}).status == 2);
    CHECK(cli({"scale-batch-size", file, "--from", "0", "--json"}).status == 2);
}

TEST_CASE("a run is renamed with its branch, proved to somebody else, and both are deleted")
{
    const TempFolder folder, elsewhere;
    const std::string runs = folder.path(), file = folder.file("s.experiment.json", small);
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const Value branch = told({"branch", "small-0001", "--at", "40", "--runs", runs, "--json"});
    CHECK(branch["digest"].text() == run["digest"].text());
    CHECK(
        told({"runs", "rename", "small-0001", "Base Line", "--runs", runs, "--json"})["runs"].array()[0]["id"].text() ==
        "base-line");
    CHECK(cli({"runs", "rename", "small-0002", "base-line", "--runs", runs, "--json"}).status == 2);
    const Value shown = told({"runs", "show", "small-0002", "--runs", runs, "--json"});
    INFO(core::base::writeJson(shown));
    CHECK(core::base::writeJson(shown).find("\"parent\":\"base-line\"") != std::string::npos);
    const std::string proof = elsewhere.path() / "proof.json";
    CHECK(told({"replay", "small-0002", "--runs", runs, "--output", proof, "--json"})["identical"].toBool());
    for (const char* id : {"base-line", "small-0002"})
        told({"runs", "delete", id, "--runs", runs, "--json"});
    CHECK(told({"runs", "list", "--runs", runs, "--json"})["runs"].array().empty());
    const Value checked = told({"replay", proof, "--json"});
    CHECK(checked["identical"].toBool());
    CHECK(checked["digest"].text() == run["digest"].text());
    CHECK(cli({"replay", proof, "--from", "3", "--json"}).status == 2);
    REQUIRE(core::base::writeFileAtomically(proof, "{\"check_sum\": \"\", \"stages\": []}"));
    CHECK(cli({"replay", proof, "--json"}).status == 3);
}

}
