// SPDX-License-Identifier: GPL-3.0-or-later
// The shelf of failures: each shows one disease, its rule finds it and no unexplained other, and its fix cures it.
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>

namespace tests::shelf_test {

using core::base::Value;
using tests::TempFolder;

namespace {

const std::string shelf = DESCENT_SOURCE_DIR "/resources/shelf/";

// How often each rule fired from a step on.
std::map<std::string, int> fired(const std::filesystem::path& run, std::int64_t from = 0)
{
    const auto record = core::store::readRun(run);
    REQUIRE(record);
    std::map<std::string, int> counts;
    for (const core::events::Event& event : record->events)
        if (const auto* finding = std::get_if<core::events::Finding>(&event); finding && finding->step >= from)
            ++counts[finding->rule];
    return counts;
}

}

TEST_CASE("every failure on the shelf is found by its rule alone, and cured by its fix over three seeds")
{
    const auto text = core::base::readFile(shelf + "shelf.json");
    REQUIRE(text);
    const auto index = core::base::parseJson(*text);
    REQUIRE(index);
    CHECK(index->array().size() >= 38);
    for (const Value& failure : index->array()) {
        const std::string key = failure["key"].text(), rule = failure["rule"].text();
        INFO(key);
        const TempFolder folder;
        const std::string runs = folder.path();
        const tests::Ended trained = tests::cli({"train", shelf + key + ".experiment.json", "--runs", runs, "--json"});
        CAPTURE(trained.err);
        CHECK((trained.status == 0 || trained.status == 4)); // some die of it
        const std::string run = key + "-0001";
        const auto sick = fired(folder.path() / run);
        REQUIRE(sick.contains(rule));
        for (const auto& [other, times] : sick) {
            CAPTURE(other, times);
            CHECK((other == rule || !failure["also"][other].isNull()));
        }
        const tests::Ended cured = tests::cli(
            {"branch", run, "--fix", rule + "." + failure["fix"].text(), "--seeds", "3", "--runs", runs, "--json"});
        CAPTURE(cured.err, cured.out);
        REQUIRE(cured.status == 0);
        const Value told = cured.json();
        const auto branches = told["branches"].array();
        REQUIRE(branches.size() == 3);
        const std::int64_t from = told["parent_step"].toInt();
        const auto uncured = fired(folder.path() / run, from);
        // A disease is gone where its rule is silent. Of some there is more or less: there the rule has to fire less,
        // and what is watched has to be better by more than the seeds differ.
        const std::string cure = failure["cure"].text();
        REQUIRE((cure == "silent" || cure == "better"));
        // How long a busy machine lets a step wait for its rows is the machine's affair: less than before is a cure.
        const bool byTheClock = rule == "DataStarved";
        if (cure == "better") {
            CAPTURE(told["verdict"]["sentence"].text());
            CHECK(told["verdict"]["verdict"].text() == "better");
        }
        for (const Value& branch : branches) {
            const auto still = fired(folder.path() / branch.text(), from);
            const int times = still.contains(rule) ? still.at(rule) : 0;
            CHECK(times < (cure == "better" || byTheClock ? uncured.at(rule) : 1));
        }
    }
}

}
