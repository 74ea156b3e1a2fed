// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as a kill or a power cut may leave them, put together from parts of a whole one, and resumed.
#include "core/store/recorder.h"
#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::resume_test {

namespace fs = std::filesystem;
namespace store = core::store;
using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string experiment = R"({"name": "left", "data": {"source": "two-moons", "rows": 120},
    "model": {"kind": "mlp", "hidden": [8], "dropout": 0.1},
    "train": {"epochs": 6, "batch_size": 16, "optimizer": {"kind": "adamw", "lr": 0.01}, "threads": 1, "seed": 3,
              "checkpoint": {"every_steps": 10}}})";

struct Whole {
    TempFolder folder;
    std::string digest;
    store::RunRecord record;

    Whole()
    {
        const auto file = folder.file("left.experiment.json", experiment);
        const Value run = cli({"train", file, "--runs", folder.path() / "whole", "--json"}).json();
        digest = run["digest"].text();
        record = *store::readRun(run["run"].text());
    }

    // A run whose journal ends before `step`, with the checkpoints of the whole one if they are wanted.
    fs::path left(std::int64_t step, bool checkpoints)
    {
        auto run = store::RunFolder::create(folder.path() / "runs", "left", record.spec);
        REQUIRE(run);
        auto recorder = store::Recorder::open(*run, {false, 1e6, 1e6, 0});
        REQUIRE(recorder);
        (*recorder)->onEvent(*record.opened);
        const auto& loss = record.scalars.at("train/loss");
        for (std::size_t i = 0; loss.steps[i] < step; ++i) {
            core::events::ScalarRow row{loss.steps[i], loss.times[i], 0, 0, {}};
            for (const std::string& name : record.opened->groups[0])
                row.values[row.count++] = record.scalars.at(name).values[i];
            (*recorder)->onScalars(row);
            if (i + 1 == loss.steps.size())
                break;
        }
        const auto& evaluated = record.scalars.at("validation/loss");
        for (std::size_t i = 0; i < evaluated.steps.size() && evaluated.steps[i] <= step; ++i) {
            for (std::uint16_t group = 1; group < record.opened->groups.size(); ++group) {
                core::events::ScalarRow row{evaluated.steps[i], evaluated.times[i], group, 0, {}};
                for (const std::string& name : record.opened->groups[group])
                    row.values[row.count++] = record.scalars.at(name).values[i];
                (*recorder)->onScalars(row);
            }
        }
        REQUIRE((*recorder)->sync());
        if (checkpoints)
            fs::copy(record.folder / "checkpoints", run->checkpoints(), fs::copy_options::recursive);
        return run->path();
    }

    void goesOn(const fs::path& run) const
    {
        const tests::Ended ended = cli({"resume", run, "--json"});
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        CHECK(ended.json()["digest"].text() == digest);
        const auto now = store::readRun(run);
        REQUIRE(now);
        REQUIRE(now->scalars.size() == record.scalars.size());
        for (const auto& [name, series] : record.scalars) {
            INFO(name);
            CHECK(now->scalars.at(name).steps == series.steps);
            CHECK(now->scalars.at(name).values == series.values);
        }
    }
};

}

TEST_CASE("a run that ended before its first checkpoint begins again, and what it recorded counts no longer")
{
    Whole whole;
    whole.goesOn(whole.left(5, false));
}

TEST_CASE("a checkpoint that is newer than the journal is not gone on from")
{
    Whole whole;
    whole.goesOn(whole.left(32, true)); // there are 30 and the end at 36
    whole.goesOn(whole.left(20, true));
}

TEST_CASE("a run whose last checkpoint was written but not its end ends when it is resumed, once")
{
    Whole whole;
    const fs::path run = whole.left(36, true);
    whole.goesOn(run);
    const tests::Ended again = cli({"resume", run, "--json"});
    CHECK(again.status == 2);
    CHECK(again.json()["error"]["message"].text().find("has ended") != std::string::npos);
}

}
