// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/store/run_mark.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::run_mark_test {

using core::store::readMark;
using core::store::RunMark;
using core::store::writeMark;

TEST_CASE("a run is marked healthy, or sick of some rules; of others nothing is said")
{
    RunMark mark;
    CHECK_FALSE(mark.sickOf("Overfit"));
    mark.set("Overfit", true);
    CHECK(mark.sickOf("Overfit") == true);
    CHECK_FALSE(mark.sickOf("DeadRelu"));
    mark.set("DeadRelu", true);
    CHECK(mark.rules == std::vector<std::string>{"DeadRelu", "Overfit"});
    mark.set("Overfit", std::nullopt);
    CHECK(mark.rules == std::vector<std::string>{"DeadRelu"});
    // A healthy run is healthy in every respect.
    mark.set("Overfit", false);
    CHECK(mark.sickOf("DeadRelu") == false);
    CHECK(mark.sickOf("Overfit") == false);
    // Until one is found that it is sick of.
    mark.set("Overfit", true);
    CHECK(mark.sickOf("Overfit") == true);
    CHECK_FALSE(mark.sickOf("DeadRelu"));
    mark.set("Overfit", std::nullopt);
    CHECK(mark.health == RunMark::Health::Unknown);
}

TEST_CASE("a mark is read as it was written, and a file that is none is an error that says what would be right")
{
    const tests::TempFolder folder;
    REQUIRE(readMark(folder.path()));
    CHECK(readMark(folder.path())->health == RunMark::Health::Unknown);
    RunMark sick;
    sick.set("Overfit", true);
    REQUIRE(writeMark(folder.path(), sick));
    CHECK(*readMark(folder.path()) == sick);
    RunMark healthy;
    healthy.set("Overfit", false);
    REQUIRE(writeMark(folder.path(), healthy));
    CHECK(*readMark(folder.path()) == healthy);
    REQUIRE(writeMark(folder.path(), RunMark{}));
    CHECK(readMark(folder.path())->health == RunMark::Health::Unknown);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "mark.json"));
    for (const char* text : {"[]", "{}", "{\"health\": \"ill\"}", "{\"health\": \"sick\", \"rules\": [3]}", "{"}) {
        INFO(text);
        REQUIRE(core::base::writeFileAtomically(folder.path() / "mark.json", text));
        CHECK_FALSE(readMark(folder.path()));
    }
}

}
