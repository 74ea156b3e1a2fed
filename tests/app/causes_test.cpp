// SPDX-License-Identifier: GPL-3.0-or-later
// What a finding is told with: its causes by what was seen, and what the data's doctor said of a run's rows.
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::causes_test {

using core::base::Array;
using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

Value answer(const std::vector<std::string>& command)
{
    const tests::Ended ended = cli(command);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    return ended.json();
}

std::string linesOf(const Value& findings)
{
    std::string text;
    for (const Value& finding : findings.array())
        text += finding["rule"].text() + " " + std::to_string(finding["step"].toInt()) + " " +
                finding["tensor"].text() + " " + finding["message"].text() + "\n";
    return text;
}

const char* const noisy = R"({"name": "noisy", "data": {"source": {"kind": "two-moons", "noise": 0.1}, "rows": 400,
    "edits": [{"kind": "set_cells", "column": "class", "rows": [20, 40, 60, 75, 90, 110, 130, 150, 170, 185], "value": "lower"}]},
    "model": {"kind": "mlp", "hidden": [8]}, "train": {"epochs": 3, "batch_size": 16, "threads": 1, "seed": 1,
    "checkpoint": {"every_steps": 10}}, "rules": ["NonFiniteLoss", {"rule": "LabelNoise", "threshold": 0.005}]})";

}

TEST_CASE("causes of a finding come ranked, with what was seen of them")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const std::string file = folder.file("deep.experiment.json", R"({"name": "deep",
        "data": {"source": "two-moons", "rows": 200},
        "model": {"kind": "mlp", "hidden": [16, 16, 16, 16, 16, 16, 16, 16], "activation": "sigmoid"},
        "train": {"epochs": 2, "optimizer": {"kind": "sgd", "lr": 0.1}, "threads": 1, "seed": 1},
        "rules": [{"rule": "VanishingGradient", "threshold": 1e-5}]})");
    (void)answer({"train", file, "--runs", runs, "--json"});
    const Value told = answer({"rules", "deep-0001", "--runs", runs, "--json"});
    const Array findings = told["findings"].array();
    REQUIRE_FALSE(findings.empty());
    const Array causes = findings.front()["causes"].array();
    REQUIRE(causes.size() == 5);
    CHECK(causes[0]["cause"].text().find("Activations with small slopes") == 0);
    CHECK(causes[0]["seen"].text() == "8 layers are Sigmoid or Tanh");
    CHECK(causes[3]["cause"].text().find("Dead ReLUs") == 0);
    CHECK(causes[3]["seen"].text() == "the network has no ReLU");
    for (std::size_t i = 1; i < causes.size(); ++i)
        CHECK(causes[i - 1]["score"].toReal() >= causes[i]["score"].toReal());
}

TEST_CASE("what the doctor says of the rows is found live as later, and a branch and a resumed run keep it")
{
    const TempFolder folder;
    const std::string runs = folder.path() / "runs";
    const Value trained = answer({"train", folder.file("noisy.experiment.json", noisy), "--runs", runs, "--json"});
    const std::string live = linesOf(trained["findings"]);
    CHECK(live.find("LabelNoise 0 data/label_noise") == 0);
    const Value told = answer({"rules", "noisy-0001", "--runs", runs, "--json"});
    CHECK(linesOf(told["findings"]) == live);
    CHECK(told["states"]["LabelNoise"].text() == "IssuesFound");
    // From a later step on: it was said before.
    const Value branched = answer({"branch", "noisy-0001", "--at", "20", "--runs", runs, "--json"});
    const Value later = answer({"rules", branched["run"].text(), "--runs", runs, "--json"});
    CHECK(linesOf(later["findings"]) == live);
    CHECK(branched["digest"].text() == trained["digest"].text());
    // A run that reads none of it trains to the same bits and records none of it.
    const Value plain = answer({"train", folder.path() / "noisy.experiment.json", "--runs", runs, "--set",
                                R"(rules=["NonFiniteLoss"])", "--json"});
    CHECK(plain["digest"].text() == trained["digest"].text());
    CHECK(plain["findings"].array().empty());
    // Stopped half way and taken up again.
    const Value half = answer({"branch", "noisy-0001", "--at", "0", "--until", "20", "--runs", runs, "--json"});
    const Value resumed = answer({"resume", half["run"].text(), "--runs", runs, "--json"});
    CHECK(resumed["digest"].text() == trained["digest"].text());
    const Value again = answer({"rules", half["run"].text(), "--runs", runs, "--json"});
    CHECK(linesOf(again["findings"]) == live);
}

}
