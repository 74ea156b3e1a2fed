// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/event_lines.h"
#include "core/store/replay.h"
#include "tests/core/store/recording.h"

#include "core/base/rng.h"
#include "core/events/hub.h"
#include "core/store/journal.h"

#include <chrono>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tests::recorder_test {

using namespace tests;
using events::RunState;
namespace fs = std::filesystem;

TEST_CASE("a run that was recorded reads the same while it goes, after its end, and goes on after that")
{
    TempFolder folder;
    const fs::path path = [&] {
        auto run = newRun(folder.path());
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        recorder->onEvent(events::StateChanged{RunState::Running, 0, ""});
        recordSteps(*recorder, 0, 20);
        recorder->onScalars(validationRow(20));
        recorder->onEvent(events::BestChanged{"validation/loss", 0.1, 20, 2});
        recorder->onEvent(events::SurfaceFrame{20, 2, 2, 1, 0, 1, 0, 1, {0, 1, 0.2f, 0.8f}, 2});
        recorder->onEvent(events::Edited{21, "train.optimizer.lr", 0.1, 0.01});
        REQUIRE(recorder->sync());
        const auto live = store::readRun(run.path());
        REQUIRE(live);
        CHECK(live->state == RunState::Running);
        CHECK(holdsSteps(*live, 20));

        recorder->onEvent(sampleEnd(20));
        REQUIRE(recorder->finish());
        CHECK(fs::exists(run.view()));
        CHECK_FALSE(fs::exists(run.journal()));
        return run.path();
    }();

    const auto ended = store::readRun(path);
    REQUIRE(ended);
    CHECK(ended->problem.empty());
    CHECK(ended->state == RunState::Completed);
    CHECK(holdsSteps(*ended, 20));
    CHECK(ended->scalars.at("validation/loss").steps == std::vector<std::int64_t>{20});
    CHECK(ended->spec == sampleSpec());
    REQUIRE(ended->events.size() == 6);
    CHECK(ended->eventTimes.size() == 6);
    CHECK(std::get<events::RunOpened>(ended->events[0]).classes == std::vector<std::string>{"one", "two"});
    CHECK(std::get<events::SurfaceFrame>(ended->events[3]).values == std::vector<float>{0, 1, 0.2f, 0.8f});
    CHECK(std::get<events::Edited>(ended->events[4]).after == core::base::Value(0.01));
    REQUIRE(ended->finished);
    CHECK(ended->finished->bestStep == 20);

    auto again = store::RunFolder::open(path);
    REQUIRE(again);
    auto recorder = openRecorder(*again, byHand());
    recorder->rewindTo(15);
    recorder->onEvent(sampleOpening(*again));
    recordSteps(*recorder, 15, 40);
    recorder->onEvent(sampleEnd(40));
    REQUIRE(recorder->finish());
    const auto longer = store::readRun(path);
    REQUIRE(longer);
    CHECK(holdsSteps(*longer, 40));
    CHECK(longer->scalars.at("validation/loss").steps.empty());
    CHECK(longer->finished->steps == 40);
    CHECK(longer->events.size() == 4);
}

TEST_CASE("who hears of a run's end finds all of it in the journal")
{
    struct Reader final : events::EventSink {
        fs::path run;
        std::vector<store::RunRecord> found;
        void onScalars(const events::ScalarRow&) override {}
        void onEvent(const events::Event&) override
        {
            if (auto record = store::readRun(run))
                found.push_back(std::move(*record));
        }
    };

    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, byHand());
    events::EventHub hub;
    Reader reader;
    reader.run = run.path();
    const auto recording = hub.subscribe(*recorder);
    const auto reading = hub.subscribe(reader);
    hub.publish(sampleOpening(run));
    for (std::int64_t step = 0; step < 20; ++step)
        hub.publish(trainRow(step));
    hub.publish(events::StateChanged{RunState::Paused, 20, ""});
    REQUIRE(reader.found.size() == 2);
    CHECK_FALSE(reader.found.back().opened); // a pause is no end: writing waits for its time
    hub.publish(events::StateChanged{RunState::Failed, 20, "the loss became NaN"});
    REQUIRE(reader.found.size() == 3);
    CHECK(holdsSteps(reader.found.back(), 20));
    CHECK(reader.found.back().state == RunState::Failed);
    hub.publish(sampleEnd(20));
    REQUIRE(reader.found.size() == 4);
    CHECK(reader.found.back().finished);
}

TEST_CASE("after a rewind only what counts is left")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, byHand());
    recorder->onEvent(sampleOpening(run));
    recordSteps(*recorder, 0, 10);
    recorder->onEvent(events::Edited{9, "train.optimizer.lr", 0.1, 0.05});
    recorder->onEvent(events::CheckpointWritten{10, "step-000000000010.safetensors", 0.01, 100});
    recorder->onEvent(events::Edited{10, "train.optimizer.lr", 0.05, 0.01});
    recordSteps(*recorder, 10, 25);
    recorder->onEvent(events::CheckpointWritten{20, "step-000000000020.safetensors", 0.01, 100});
    recorder->onEvent(sampleEnd(25));
    recorder->rewindTo(10);
    recorder->onEvent(events::StateChanged{RunState::Running, 10, "resumed"});
    REQUIRE(recorder->sync());
    const auto record = store::readRun(run.path());
    REQUIRE(record);
    CHECK(holdsSteps(*record, 10));
    CHECK_FALSE(record->finished);
    CHECK(record->state == RunState::Running);
    REQUIRE(record->events.size() == 4);
    CHECK(std::get<events::Edited>(record->events[1]).after == core::base::Value(0.05));
    CHECK(std::get<events::CheckpointWritten>(record->events[2]).step == 10);
    CHECK(std::get<events::StateChanged>(record->events[3]).reason == "resumed");

    // As they stand in the journal they are what they would be written as again.
    std::vector<std::string> texts;
    REQUIRE(store::recordOfJournal(run.path(), store::Reading::Strict, &texts));
    REQUIRE(texts.size() == 4);
    const store::EventLines lines = store::eventLines(*record), asTheyStand = store::eventLines(*record, texts);
    CHECK(asTheyStand.events == lines.events);
    CHECK(asTheyStand.frames == lines.frames);
    texts[1] = "{\n}";
    CHECK(store::eventLines(*record, texts).events == lines.events);
}

TEST_CASE("a run whose writer is gone is interrupted, and can be repaired into a file that any program opens")
{
    TempFolder folder;
    const fs::path path = [&] {
        auto run = newRun(folder.path());
        auto recorder = openRecorder(run, byHand(true));
        recorder->onEvent(sampleOpening(run));
        recorder->onEvent(events::StateChanged{RunState::Running, 0, ""});
        recordSteps(*recorder, 0, 12);
        REQUIRE(recorder->sync());
        CHECK(store::readRun(run.path())->state == RunState::Running);
        return run.path();
    }();
    CHECK(store::readRun(path)->state == RunState::Interrupted);
    const auto said = store::repair(path);
    REQUIRE(said);
    CHECK(said->find("2 series up to step 11") != std::string::npos);
    CHECK(fs::exists(path / "journal"));
    const auto record = store::readRun(path);
    REQUIRE(record);
    CHECK(holdsSteps(*record, 12));
    // The view alone holds it too, as for somebody to whom it was mailed.
    fs::remove_all(path / "journal");
    const auto mailed = store::readRun(path);
    REQUIRE(mailed);
    CHECK(holdsSteps(*mailed, 12));
    CHECK(mailed->state == RunState::Interrupted);
}

TEST_CASE("a journal with a damaged record is told, repaired, and goes on")
{
    TempFolder folder;
    const fs::path path = [&] {
        auto run = newRun(folder.path());
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        for (std::int64_t step = 0; step < 5; ++step) {
            recorder->onScalars(trainRow(step));
            REQUIRE(recorder->sync());
        }
        return run.path();
    }();
    const fs::path segment = path / "journal" / "seg-000001.log";
    std::string bytes((std::istreambuf_iterator<char>(std::ifstream(segment, std::ios::binary).rdbuf())), {});
    bytes[bytes.find("train/loss", bytes.find("train/loss", bytes.find("train/loss") + 1) + 1)] ^= 4;
    std::ofstream(segment, std::ios::binary) << bytes;

    const auto seen = store::readRun(path);
    REQUIRE(seen);
    CHECK(seen->problem.find("damaged") != std::string::npos);
    CHECK(seen->scalars.at("train/loss").steps.size() == 4);
    {
        auto run = store::RunFolder::open(path);
        REQUIRE(run);
        const auto refused = store::Recorder::open(*run, byHand());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().advice.find("epair") != std::string::npos);
    }
    const auto said = store::repair(path);
    REQUIRE(said);
    CHECK(said->find("journal.damaged") != std::string::npos);
    CHECK(store::readRun(path)->scalars.at("train/loss").steps.size() == 4);
    auto run = store::RunFolder::open(path);
    REQUIRE(run);
    auto recorder = openRecorder(*run, byHand());
    recorder->rewindTo(0);
    recordSteps(*recorder, 0, 6);
    REQUIRE(recorder->finish());
    CHECK(holdsSteps(*store::readRun(path), 6));
}

TEST_CASE("what was acknowledged is there after kill -9 at any moment")
{
    TempFolder folder;
    const core::base::Draw draw(13, "kills");
    for (std::uint64_t round = 0; round < 20; ++round) {
        auto run = newRun(folder.path());
        const fs::path path = run.path();
        int acks[2];
        REQUIRE(::pipe(acks) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            // Everything as in a training: own thread, live view, checks in between.
            auto recorder = store::Recorder::open(run, {true, 0.001, 0.002, 0.01});
            if (!recorder)
                ::_exit(1);
            (*recorder)->onEvent(sampleOpening(run));
            for (std::int64_t step = 0;; ++step) {
                (*recorder)->onScalars(trainRow(step));
                if (step % 50 == 49 && (*recorder)->sync())
                    if (::write(acks[1], &step, sizeof step) < 0)
                        ::_exit(1);
            }
        }
        ::close(acks[1]);
        {
            const store::RunFolder dropped = std::move(run);
        }
        std::int64_t acknowledged = 0, step = 0;
        const std::uint64_t wanted = 1 + draw.below(round, 40);
        for (std::uint64_t i = 0; i < wanted && ::read(acks[0], &step, sizeof step) == sizeof step; ++i)
            acknowledged = step + 1;
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        while (::read(acks[0], &step, sizeof step) == sizeof step)
            acknowledged = step + 1;
        ::close(acks[0]);
        INFO("round " << round << ", " << acknowledged << " steps acknowledged");
        REQUIRE(WIFSIGNALED(status));
        const auto record = store::readRun(path);
        REQUIRE(record);
        CHECK(record->problem.empty());
        CHECK(record->state == RunState::Interrupted);
        const auto kept = std::int64_t(record->scalars.at("train/loss").steps.size());
        CHECK(kept >= acknowledged);
        CHECK(holdsSteps(*record, kept));
        auto again = store::RunFolder::open(path);
        REQUIRE(again);
        auto recorder = openRecorder(*again, byHand(true));
        recorder->rewindTo(acknowledged);
        recorder->onEvent(sampleOpening(*again));
        recordSteps(*recorder, acknowledged, acknowledged + 30);
        REQUIRE(recorder->finish());
        REQUIRE(holdsSteps(*store::readRun(path), acknowledged + 30));
    }
}

TEST_CASE("a full disk stops writing but loses nothing, and writing goes on when there is room")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    const pid_t child = ::fork();
    if (child == 0) {
        // The limit holds for a whole process, so the case is played in one of its own.
        ::signal(SIGXFSZ, SIG_IGN);
        auto recorder = store::Recorder::open(run, byHand(true));
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 100000;
        if (!recorder || ::setrlimit(RLIMIT_FSIZE, &limit) != 0)
            ::_exit(1);
        (*recorder)->onEvent(sampleOpening(run));
        std::int64_t step = 0;
        for (; (*recorder)->sync(); step += 500) {
            if (step > 1000000)
                ::_exit(2);
            recordSteps(**recorder, step, step + 500);
        }
        recordSteps(**recorder, step, step + 10000);
        const auto full = (*recorder)->sync();
        const auto trouble = (*recorder)->trouble();
        if (full || !trouble || full.error() != *trouble ||
            trouble->message.find("waiting to be written") == std::string::npos)
            ::_exit(3);
        if ((*recorder)->finish())
            ::_exit(4);
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        if (!(*recorder)->sync() || (*recorder)->trouble())
            ::_exit(5);
        if (!holdsSteps(*store::readRun(run.path()), step + 10000))
            ::_exit(6);
        (*recorder)->onEvent(sampleEnd(step + 10000));
        if (!(*recorder)->finish() || !holdsSteps(*store::readRun(run.path()), step + 10000))
            ::_exit(7);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("the recorder's thread writes by itself")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, {false, 0.001, 0.001, 0.001});
    recorder->onEvent(sampleOpening(run));
    recordSteps(*recorder, 0, 100);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool written = false;
    while (!written && std::chrono::steady_clock::now() < until)
        written = holdsSteps(*store::readRun(run.path()), 100);
    CHECK(written);
}

TEST_CASE("two recorders at once keep their runs apart")
{
    TempFolder folder;
    auto one = newRun(folder.path());
    auto two = newRun(folder.path());
    REQUIRE(one.id() != two.id());
    const auto train = [](const store::RunFolder& run, std::int64_t steps) {
        auto recorder = store::Recorder::open(run, {true, 0.001, 0.01, 0.001});
        (*recorder)->onEvent(sampleOpening(run));
        for (std::int64_t step = 0; step < steps; ++step)
            (*recorder)->onScalars(trainRow(step));
        (*recorder)->onEvent(sampleEnd(steps));
        return bool((*recorder)->finish());
    };
    bool first = false, second = false;
    {
        std::jthread other([&] { second = train(two, 30000); });
        first = train(one, 20000);
    }
    REQUIRE(first);
    REQUIRE(second);
    CHECK(holdsSteps(*store::readRun(one.path()), 20000));
    CHECK(holdsSteps(*store::readRun(two.path()), 30000));
}

TEST_CASE("what rules find at every step leaves the rows in one piece, and is kept in order")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, byHand());
    recorder->onEvent(sampleOpening(run));
    for (std::int64_t step = 0; step < 50; ++step) {
        recorder->onScalars(trainRow(step));
        recorder->onEvent(events::Finding{step, "Overfit", "validation/loss", 1, 0.5, -1, "too large"});
    }
    REQUIRE(recorder->sync());
    int blocks = 0;
    REQUIRE(store::readJournal(run.journal(), [&](const store::JournalRecord& record) {
        blocks += record.kind == store::RecordKind::Scalars;
    }));
    CHECK(blocks == 1);
    const auto live = store::readRun(run.path());
    REQUIRE(live);
    CHECK(holdsSteps(*live, 50));
    std::int64_t found = 0;
    for (const events::Event& event : live->events)
        if (const auto* finding = std::get_if<events::Finding>(&event))
            CHECK(finding->step == found++);
    CHECK(found == 50);
}

}
