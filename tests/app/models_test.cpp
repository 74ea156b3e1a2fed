// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::models_test {

using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

Value object(std::vector<std::string> arguments)
{
    arguments.push_back("--json");
    const Ended ended = cli(arguments);
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    return ended.json();
}

}

TEST_CASE("models: a run is published, shown, started from with other classes, and deleted")
{
    const TempFolder folder;
    const std::string models = (folder.path() / "models").string(), runs = (folder.path() / "runs").string();
    const auto experiment = folder.file("blobs.experiment.json", R"({"data": {"source": {"kind": "blobs", "centers": 5},
        "rows": 200}, "model": {"kind": "mlp", "hidden": [8, 8]}, "train": {"epochs": 2}})");
    const Value trained = object({"train", experiment.string(), "--runs", runs});
    const Value published = object({"models", "publish", trained["run"].text(), "--name", "five", "--licence",
                                    "CC0-1.0", "--note", "for tests", "--models", models});
    const core::base::Array cards = published["models"].array();
    REQUIRE(cards.size() == 1);
    CHECK(cards[0]["license"].text() == "CC0-1.0");
    CHECK(cards[0]["outputs"].toInt() == 5);
    CHECK(cards[0]["metrics"]["validation/accuracy"].toReal() > 0);
    const Value listed = object({"models", "list", "--models", models});
    const core::base::Array all = listed["models"].array();
    REQUIRE(all.size() >= 1);
    CHECK(all[0]["name"].text() == "five");
    CHECK(std::ranges::all_of(
        all, [](const Value& card) { return card["shipped"].toBool() == (card["name"].text() != "five"); }));
    const Value suggestion =
        object({"models", "suggest", experiment.string(), "--set", "data.classes=[0,1]", "--models", models});
    CHECK(suggestion["model"].text() == "five");
    CHECK(suggestion["changes"]["model"]["freeze"].text() == "backbone");
    ::setenv("DESCENT_MODELS", models.c_str(), 1);
    const Ended started = cli({"train", experiment.string(), "--runs", runs, "--set", "data.classes=[0,1]", "--set",
                               "model.initialize_from=five", "--set", "model.freeze=backbone", "--set",
                               "train.unfreeze.every_epochs=1", "--json"});
    INFO(started.err);
    CHECK(started.status == 0);
    CHECK(started.err.find("4: new, 5 → 2 classes") != std::string::npos);
    const Ended misfit = cli({"train", experiment.string(), "--runs", runs, "--set", "model.initialize_from=five",
                              "--set", "model.hidden=[8,9]", "--json"});
    CHECK(misfit.status == 3);
    const Value told = misfit.json();
    CHECK(told["error"]["message"].text().find("2.weight (8×8 instead of 9×8)") != std::string::npos);
    const Ended missing = cli({"train", experiment.string(), "--runs", runs, "--set", "model.initialize_from=fiv"});
    CHECK(missing.status == 3);
    CHECK(missing.err.find("Did you mean \"five\"?") != std::string::npos);
    object({"models", "delete", "five", "--models", models});
    CHECK(cli({"models", "show", "five", "--models", models}).status == 2);
    ::unsetenv("DESCENT_MODELS");
}

TEST_CASE("models: a .pth of PyTorch is imported by its names")
{
    const TempFolder folder;
    const std::string models = (folder.path() / "models").string();
    const std::string files = std::string(DESCENT_SOURCE_DIR) + "/tests/golden/files/pth/";
    const Ended asked = cli({"models", "import", files + "plain.pth", "--name", "tiny", "--models", models});
    CHECK(asked.status == 3);
    CHECK(asked.err.find("Name the kind") != std::string::npos);
    const Value imported = object(
        {"models", "import", files + "plain.pth", "--name", "tiny", "--model", "sequential", "--models", models});
    const core::base::Array cards = imported["models"].array();
    CHECK(cards[0]["parameters"].toInt() == 39);
    const Ended evil = cli({"models", "import", files + "evil.pth", "--name", "evil", "--models", models});
    CHECK(evil.status == 3);
    CHECK(evil.err.find("nothing is run from a model file") != std::string::npos);
    const Ended shipped = cli({"models", "delete", "fashion-mnist-8", "--models", models});
    CHECK(shipped.status == 2);
    CHECK(shipped.err.find("comes with Descent") != std::string::npos);
}

}
