// SPDX-License-Identifier: GPL-3.0-or-later
// From alert to cure, without a window.
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::cure_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

// Eight layers of sigmoids: nothing comes back to the first.
const std::string vanishing = R"({"name": "vanishing",
    "data": {"source": {"kind": "two-moons", "noise": 0.2}, "rows": 300},
    "model": {"kind": "mlp", "hidden": [16, 16, 16, 16, 16, 16, 16, 16], "activation": "sigmoid"},
    "train": {"epochs": 8, "batch_size": 16, "optimizer": {"kind": "sgd", "lr": 0.1}, "threads": 1},
    "rules": [{"rule": "VanishingGradient", "threshold": 1e-5}]})";

Value told(const std::vector<std::string>& arguments)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

}

TEST_CASE("a finding's fix is tried as a branch, and both futures are judged")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("v.experiment.json", vanishing);
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const Value report = told({"rules", "vanishing-0001", "--runs", runs, "--json"});
    const core::base::Array findings = report["findings"].array();
    REQUIRE_FALSE(findings.empty());
    CHECK(findings.front()["rule"].text() == "VanishingGradient");
    const Value cured = told({"branch", "vanishing-0001", "--fix", "VanishingGradient.relu", "--runs", runs, "--json"});
    CHECK(cured["parent"].text() == "vanishing-0001");
    CHECK(cured["rule"].text() == "VanishingGradient");
    CHECK(cured["fix"].text() == "relu");
    const Value verdict = cured["verdict"];
    CHECK(verdict["step"].toInt() == run["steps"].toInt());
    REQUIRE_FALSE(verdict["figures"].array().empty());
    // The branch is a run like any other, and differs by exactly the fix.
    const Value compared = told({"runs", "compare", "vanishing-0001", cured["run"].text(), "--runs", runs, "--json"});
    INFO(core::base::writeJson(compared, 1));
    CHECK(verdict["verdict"].text() == "better");
    const auto replay = cli({"replay", cured["run"].text(), "--runs", runs, "--json"});
    CHECK(replay.status == 0);
    CHECK(replay.json()["identical"].toBool());
}

TEST_CASE("over seeds a fix tells its spread; what cannot be tried says what could")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("v.experiment.json", vanishing);
    told({"train", file, "--runs", runs, "--json"});
    const Value cured =
        told({"branch", "vanishing-0001", "--fix", "VanishingGradient.relu", "--seeds", "2", "--runs", runs, "--json"});
    CHECK(cured["branches"].array().size() == 2);
    const Value verdict = cured["verdict"];
    CHECK(verdict["seeds"].toInt() == 2);
    const Value first = verdict["figures"].array().front();
    CHECK(first["spread"].isNumber());
    const auto quiet = cli({"branch", "vanishing-0001", "--fix", "DeadRelu", "--runs", runs, "--json"});
    CHECK(quiet.status == 2);
    CHECK(quiet.json()["error"]["message"].text().find("VanishingGradient") != std::string::npos);
    const auto unknown =
        cli({"branch", "vanishing-0001", "--fix", "VanishingGradient.magic", "--runs", runs, "--json"});
    CHECK(unknown.status == 2);
    CHECK(cli({"branch", "vanishing-0001", "--runs", runs, "--json"}).status == 2);
}

TEST_CASE("a branch stops where it is told to, and goes on when it is resumed")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("v.experiment.json", vanishing);
    const Value whole = told({"train", file, "--runs", runs, "--json"});
    const Value half = told({"branch", "vanishing-0001", "--at", "20", "--until", "50", "--runs", runs, "--json"});
    CHECK(half["steps"].toInt() == 50);
    CHECK(half["status"].text() == "stopped");
    const Value rest = told({"resume", half["run"].text(), "--runs", runs, "--json"});
    CHECK(rest["digest"].text() == whole["digest"].text());
}

}
