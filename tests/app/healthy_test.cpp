// SPDX-License-Identifier: GPL-3.0-or-later
// Healthy runs: the experiments that come with the program and are no examples of a disease raise no alarm, neither
// while they train nor by any rule that is asked afterwards.
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::healthy_test {

using core::base::Value;
using tests::TempFolder;

namespace {

struct Sample {
    const char* name; ///< of the file
    const char* run;  ///< of the experiment
    std::vector<std::string> smaller;
};

// Shorter than a person would train them: what is seen of a run is in its first epochs.
const Sample samples[] = {{"fashion-mnist", "fashion-mnist", {"data.rows=2000", "train.epochs=2", "train.threads=1"}},
                          {"learning-rate", "learning-rate", {}},
                          {"batch-size", "batch-size", {"train.epochs=30"}},
                          {"lesson-batch", "batch-16", {"data.rows=1500", "train.epochs=3"}},
                          {"lesson-descent", "descent", {}}};

// What a run would be stopped for. Those that tell of a property of the data or need tensors of other kinds are not
// among them.
const char* const alarms = R"(["NonFiniteLoss", "ExplodingTensor", "VanishingGradient", "LossOscillating",
    {"rule": "Overfit", "patience": 3, "ratio_threshold": 0.5}, "GradientNoise", "LearningRateTooHigh", "Underfit",
    "MemorizedNoise", "StoppedTooSoon", "OutlierLoss",
    {"rule": "UnchangedTensor", "collection_names": ["weights"]}])";

std::string told(const Value& findings)
{
    std::string text;
    for (const Value& finding : findings.array())
        text += finding["rule"].text() + " at step " + std::to_string(finding["step"].toInt()) + ": " +
                finding["message"].text() + "\n";
    return text;
}

}

TEST_CASE("experiments that are well raise no alarm while they train, nor by any rule afterwards")
{
    for (const Sample& sample : samples) {
        INFO(sample.name);
        const TempFolder folder;
        const std::string runs = folder.path() / "runs";
        std::vector<std::string> command{
            "train", std::string(DESCENT_SOURCE_DIR "/resources/experiments/") + sample.name + ".experiment.json",
            "--runs", runs, "--json"};
        for (const std::string& setting : sample.smaller) {
            command.push_back("--set");
            command.push_back(setting);
        }
        const tests::Ended trained = tests::cli(command);
        INFO(trained.err);
        REQUIRE(trained.status == 0);
        CHECK(told(trained.json()["findings"]) == "");
        const tests::Ended asked = tests::cli({"rules", std::string(sample.run) + "-0001", "--runs", runs, "--rules",
                                               folder.file("alarms.json", alarms), "--json"});
        INFO(asked.err);
        REQUIRE(asked.status == 0);
        CHECK(told(asked.json()["findings"]) == "");
    }
}

}
