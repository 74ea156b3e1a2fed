// SPDX-License-Identifier: GPL-3.0-or-later
// A study is told what a person wants while another process trains it.
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

namespace tests::study_control_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

// With epochs without end a trial trains for as long as the study is talked to.
Object moons(std::int64_t epochs)
{
    return Object{{"name", "moons"},
                  {"data", Object{{"source", "two-moons"}, {"rows", 200}}},
                  {"model", Object{{"kind", "mlp"}, {"hidden", Array{8}}}},
                  {"train", Object{{"epochs", epochs}, {"batch_size", 16}, {"optimizer", "adam"}}},
                  {"tuning", Object{{"strategy", "Random"},
                                    {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                                    {"max_jobs", 2},
                                    {"batched", "off"},
                                    {"parameters",
                                     Array{Object{{"path", "train.optimizer.lr"}, {"min", 0.001}, {"max", 0.01}},
                                           Object{{"path", "model.activation"}, {"values", Array{"relu", "tanh"}}}}}}}};
}

Value state(const std::string& study)
{
    return cli({"study", "show", study, "--json"}).json();
}

}

TEST_CASE("while another process trains a study its ranges and budget change, points wait, and it is paused")
{
    const TempFolder folder;
    const std::string runs = (folder.path() / "runs").string(), study = runs + "/moons-study-0001";
    const std::string file = folder.file("a.experiment.json", core::base::writeJson(moons(100000))).string();
    tests::Running tuner(tests::cliCommand({"tune", file, "--runs", runs, "--json"}));
    const auto trains = [&](std::size_t trial) {
        return tests::until([&] {
            const Ended shown = cli({"study", "show", study, "--json"});
            if (shown.status != 0)
                return false;
            const Array trials = shown.json()["trials"].array();
            return trials.size() > trial && trials[trial]["state"].text() == "running";
        });
    };
    REQUIRE(trains(0));
    // The one who trains it answers.
    const Ended changed = cli({"study", "change", study, "train.optimizer.lr=0.5..0.6",
                               "model.activation=[\"relu\",\"tanh\",\"gelu\"]", "max_jobs=3", "--json"});
    INFO(changed.err);
    REQUIRE(changed.status == 0);
    CHECK(changed.json()["tuning"]["max_jobs"].toInt() == 3);
    const Ended wrong = cli({"study", "change", study, "model.activation=[\"relu\",\"relo\"]", "--json"});
    CHECK(wrong.status == 2);
    CHECK(wrong.json()["error"]["message"].text().find("relo") != std::string::npos);
    CHECK(cli({"study", "change", study, "train.optimizer.lr=big"}).status == 2);
    CHECK(cli({"study", "change", study, "max_job=3"}).status == 2);
    REQUIRE(cli({"study", "enqueue", study, "train.optimizer.lr=0.55", "model.activation=gelu"}).status == 0);
    const Ended outside = cli({"study", "enqueue", study, "train.optimizer.lr=7", "model.activation=gelu", "--json"});
    CHECK(outside.status == 2);
    CHECK(outside.json()["error"]["message"].text().find("out of the range of train.optimizer.lr") !=
          std::string::npos);
    CHECK(cli({"trial", "skip", study, "9"}).status == 2);
    REQUIRE(cli({"trial", "skip", study, "0"}).status == 0);
    REQUIRE(trains(1));
    CHECK(state(study)["trials"].array()[0]["state"].text() == "skipped");
    CHECK(state(study)["trials"].array()[1]["parameters"]["model.activation"].text() == "gelu");
    // Paused, it makes no new trial; the process ends with the last that trained.
    REQUIRE(cli({"study", "pause", study}).status == 0);
    REQUIRE(cli({"trial", "pause", study, "1"}).status == 0);
    REQUIRE(tuner.wait(60).status == 0);
    CHECK(state(study)["trials"].array().size() == 2);
    CHECK(state(study)["trials"].array()[1]["state"].text() == "paused");
    CHECK(state(study)["ended"].text().empty());
    // Nobody writes it now: told directly. tune goes on with what is left.
    REQUIRE(cli({"trial", "resume", study, "1"}).status == 0);
    REQUIRE(cli({"trial", "skip", study, "1"}).status == 0);
    REQUIRE(cli({"study", "change", study, "max_jobs=2"}).status == 0);
    const Ended again = cli({"tune", file, "--runs", runs, "--json"});
    INFO(again.err);
    REQUIRE(again.status == 0);
    CHECK(again.json()["ended"].text() == "all 2 trials have ended");
    CHECK_FALSE((std::filesystem::exists(study + "/orders") &&
                 std::distance(std::filesystem::directory_iterator(study + "/orders"), {}) > 0));
}

}
