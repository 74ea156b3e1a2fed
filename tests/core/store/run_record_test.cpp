// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/store/recording.h"

#include "core/store/checkpoint.h"

#include <atomic>
#include <thread>
#include <unistd.h>

namespace tests::run_record_test {

using namespace tests;
using events::RunState;
namespace fs = std::filesystem;

namespace {

enum class Until { Nothing, Interrupted, Finished };

fs::path makeRun(const fs::path& runs, Until until)
{
    auto run = newRun(runs);
    if (until == Until::Nothing)
        return run.path();
    auto recorder = openRecorder(run, byHand());
    recorder->onEvent(sampleOpening(run));
    recorder->onEvent(events::StateChanged{RunState::Running, 0, ""});
    recordSteps(*recorder, 0, 20);
    recorder->onScalars(validationRow(10));
    recorder->onEvent(events::BestChanged{"validation/loss", 2.0 / 11, 10, 1});
    if (until == Until::Finished) {
        recorder->onEvent(sampleEnd(20));
        REQUIRE(recorder->finish());
    }
    return run.path();
}

double metric(const store::RunSummary& summary, const std::string& name)
{
    for (const auto& [known, value] : summary.metrics)
        if (known == name)
            return value;
    return -1;
}

}

TEST_CASE("a summary tells what a row of the list needs, of runs in every state")
{
    TempFolder folder;
    const auto ended = store::summarize(makeRun(folder.path(), Until::Finished));
    REQUIRE(ended);
    CHECK(ended->id == "two-moons-0001");
    CHECK(ended->name == "Two moons");
    CHECK(ended->state == RunState::Completed);
    CHECK(ended->steps == 20);
    CHECK(ended->totalSteps == 30);
    CHECK(metric(*ended, "validation/loss") == 0.5);
    CHECK(ended->bestMetric == "validation/loss");
    CHECK(ended->bestValue == 0.5);
    CHECK(ended->bestEpoch == 2);
    CHECK(ended->testOpenings == 0);
    CHECK(ended->bytes > 1000);
    CHECK(ended->problem.empty());
    CHECK(ended->created > 1.7e9);

    const auto killed = store::summarize(makeRun(folder.path(), Until::Interrupted));
    REQUIRE(killed);
    CHECK(killed->state == RunState::Interrupted);
    CHECK(killed->steps == 19);
    CHECK(metric(*killed, "train/loss") == trainRow(19).values[0]);
    CHECK(metric(*killed, "validation/loss") == 2.0 / 11);
    CHECK(killed->metrics.front().first == "validation/loss");
    CHECK(killed->bestValue == 2.0 / 11);
    CHECK(killed->bestEpoch == 1);

    const auto nothing = store::summarize(makeRun(folder.path(), Until::Nothing));
    REQUIRE(nothing);
    CHECK(nothing->state == RunState::Interrupted);
    CHECK(nothing->steps == 0);
    CHECK(nothing->name == "Two moons");
    CHECK(nothing->created > 1.7e9);
}

TEST_CASE("the list has the newest run first, damaged ones with their problem, and nothing that is no run")
{
    TempFolder folder;
    makeRun(folder.path(), Until::Finished);
    makeRun(folder.path(), Until::Interrupted);
    const fs::path damaged = makeRun(folder.path(), Until::Finished);
    std::ofstream(damaged / "run.h5", std::ios::binary) << "not HDF5";
    fs::create_directory(folder.path() / "no run");
    folder.file("file.txt", "");
    const auto runs = store::listRuns(folder.path());
    REQUIRE(runs.size() == 3);
    for (const store::RunSummary& run : runs)
        CHECK((run.problem.find("run.h5") != std::string::npos) == (run.id == "two-moons-0003"));
    CHECK(runs[0].created >= runs[1].created);
    CHECK(runs[1].created >= runs[2].created);
    CHECK(runs[2].id == "two-moons-0001");
    CHECK(store::listRuns(folder.path() / "absent").empty());
}

TEST_CASE("a run without its spec is still read")
{
    TempFolder folder;
    const fs::path path = makeRun(folder.path(), Until::Finished);
    fs::remove(path / "spec.json");
    const auto record = store::readRun(path);
    REQUIRE(record);
    CHECK(record->spec == sampleSpec());
    CHECK(holdsSteps(*record, 20));
    CHECK_FALSE(store::readRun(folder.path() / "absent"));
}

TEST_CASE("repair leaves whole runs alone and finishes what was left behind")
{
    TempFolder folder;
    CHECK(store::repair(makeRun(folder.path(), Until::Finished))->find("nothing was changed") != std::string::npos);
    CHECK(store::repair(makeRun(folder.path(), Until::Nothing))->find("nothing to repair") != std::string::npos);
    // The program died between the end of the training and finish().
    const fs::path path = [&] {
        auto run = newRun(folder.path());
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        recordSteps(*recorder, 0, 20);
        recorder->onEvent(sampleEnd(20));
        return run.path();
    }();
    CHECK(store::readRun(path)->state == RunState::Completed);
    REQUIRE(store::repair(path));
    CHECK_FALSE(fs::exists(path / "journal"));
    CHECK(holdsSteps(*store::readRun(path), 20));
    CHECK(store::readRun(path)->state == RunState::Completed);
}

TEST_CASE("a run is removed with everything in it, but not by mistake")
{
    TempFolder folder;
    const fs::path path = makeRun(folder.path(), Until::Finished);
    REQUIRE(store::removeRun(path));
    CHECK_FALSE(fs::exists(path));
    CHECK(fs::is_empty(folder.path()));
    fs::create_directory(folder.path() / "holiday pictures");
    CHECK_FALSE(store::removeRun(folder.path() / "holiday pictures"));
    CHECK(fs::exists(folder.path() / "holiday pictures"));
    // A link to a run goes; what it points to stays.
    const fs::path kept = makeRun(folder.path(), Until::Finished);
    fs::create_directory_symlink(kept, folder.path() / "link");
    REQUIRE(store::removeRun(folder.path() / "link"));
    CHECK(fs::exists(kept / "run.h5"));
}

TEST_CASE("a run can be read at any moment while it ends")
{
    TempFolder folder;
    for (int round = 0; round < 10; ++round) {
        auto run = newRun(folder.path());
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        recordSteps(*recorder, 0, 200);
        recorder->onEvent(sampleEnd(200));
        REQUIRE(recorder->sync());
        std::atomic<bool> over = false, finished = false;
        std::jthread writer([&] {
            finished = bool(recorder->finish());
            over = true;
        });
        while (!over) {
            const auto record = store::readRun(run.path());
            REQUIRE(record);
            REQUIRE(holdsSteps(*record, 200));
            REQUIRE(store::summarize(run.path())->steps == 200);
        }
        writer.join();
        CHECK(finished);
    }
}

TEST_CASE("every opening of the test split is counted, also when two come at once")
{
    TempFolder folder;
    const fs::path path = makeRun(folder.path(), Until::Finished);
    CHECK(*store::countTestOpening(path) == 1);
    CHECK(*store::countTestOpening(path) == 2);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] { (void)store::countTestOpening(path); });
    }
    CHECK(store::summarize(path)->testOpenings == 10);
    CHECK_FALSE(store::countTestOpening(folder.path()));
}

}
