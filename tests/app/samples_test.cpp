// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <filesystem>

namespace tests::samples_test {

TEST_CASE("every sample experiment trains end to end")
{
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(DESCENT_SOURCE_DIR "/resources/experiments")) {
        if (!entry.path().string().ends_with(".experiment.json"))
            continue;
        ++count;
        const tests::TempFolder folder;
        INFO(entry.path());
        // The whole experiment but its length: rows and epochs are cut for pictures, epochs for all.
        std::vector<std::string> arguments{"train", entry.path(),     "--runs", folder.path(),     "--json",
                                           "--set", "train.epochs=2", "--set",  "train.steps=null"};
        if (entry.path().filename().string().starts_with("fashion"))
            arguments.insert(arguments.end(), {"--set", "data.rows=1500"});
        const tests::Ended ended = tests::cli(arguments);
        INFO(ended.err);
        // Some show what goes wrong.
        if (entry.path().filename() == "problem-memory.experiment.json" || ended.status == 4) {
            CHECK(entry.path().filename().string().starts_with("problem-"));
            CHECK(ended.status >= 4);
            continue;
        }
        REQUIRE(ended.status == 0);
        CHECK(ended.json()["epochs"].toInt() == 2);
        CHECK(ended.json()["metrics"]["validation/loss"].isNumber());
    }
    CHECK(count >= 5);
}

}
