// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "core/store/checkpoint.h"
#include "core/store/finalize.h"
#include "core/store/journal.h"
#include "core/store/run_record.h"
#include "tests/support/sessions.h"

using namespace core;
using session::Session;
using tests::made;
using tests::moons;
using tests::resolved;
using tests::TempFolder;
using tests::Watcher;

namespace {

std::string digestAlone(const base::Value& spec)
{
    const TempFolder folder;
    auto run = made(spec, folder);
    run->start();
    const auto& result = run->wait();
    INFO(base::describe(result.error));
    REQUIRE(result.state == events::RunState::Completed);
    return result.digest;
}

}

TEST_CASE("two runs at once in one process give each the bits that it gives alone")
{
    const base::Value one = moons(1, 1), two = moons(2, 2);
    const std::string aloneOne = digestAlone(one), aloneTwo = digestAlone(two);
    CHECK(aloneOne != aloneTwo);
    for (int round = 0; round < 3; ++round) {
        const TempFolder folder;
        auto first = made(one, folder), second = made(two, folder);
        first->start();
        second->start();
        CHECK(first->wait().digest == aloneOne);
        CHECK(second->wait().digest == aloneTwo);
    }
}

TEST_CASE("a paused run stands still, takes single steps, and goes on to the same end")
{
    const base::Value spec = moons(5, 1);
    const TempFolder folder;
    auto run = made(spec, folder, true);
    Watcher watcher;
    const auto watching = run->events().subscribe(watcher);
    run->start();
    REQUIRE(tests::until([&] { return watcher.state() == events::RunState::Paused; }));
    CHECK(watcher.steps() == 0);
    for (std::int64_t step = 1; step <= 3; ++step) {
        REQUIRE(run->post(session::SingleStep{}));
        REQUIRE(tests::until([&] { return watcher.steps() >= step; }));
        CHECK(watcher.steps() == step);
    }
    REQUIRE(run->post(session::Continue{}));
    CHECK(run->wait().digest == digestAlone(spec));
}

TEST_CASE("a stopped run is resumed to the same end, edits included")
{
    const base::Value spec = moons(6, 1);
    std::string edited;
    for (const bool stop : {false, true}) {
        const TempFolder folder;
        std::filesystem::path path;
        {
            auto run = made(spec, folder, true);
            path = run->folder();
            Watcher watcher;
            const auto watching = run->events().subscribe(watcher);
            run->start();
            REQUIRE(run->post(session::SingleStep{}));
            REQUIRE(tests::until([&] { return watcher.steps() == 1; }));
            REQUIRE(run->post(session::Edit{"train.optimizer.lr", 0.05}));
            if (stop) {
                REQUIRE(run->post(session::SingleStep{}));
                REQUIRE(tests::until([&] { return watcher.steps() == 2; }));
                REQUIRE(run->post(session::Stop{}));
                CHECK(run->wait().state == events::RunState::Stopped);
            } else {
                REQUIRE(run->post(session::Continue{}));
                edited = run->wait().digest;
            }
            CHECK(watcher.edits().size() == 1);
        }
        if (!stop)
            continue;
        auto resumed = Session::resume(path, {folder.path(), "cpu"});
        REQUIRE(resumed);
        (*resumed)->start();
        CHECK((*resumed)->wait().digest == edited);
    }
    CHECK(edited != digestAlone(spec));
}

TEST_CASE("a run goes on to the same bits from each checkpoint, whichever others are lost")
{
    base::Value spec = moons(5, 1);
    // So rarely that bests come and go between two checkpoints without ever being written.
    (void)spec.setAt("train.checkpoint", base::Object{{"every_steps", 25}, {"every_seconds", nullptr}, {"keep", 1000}});
    const TempFolder folder;
    auto run = made(spec, folder);
    run->start();
    const events::RunFinished whole = run->wait();
    const std::filesystem::path original = run->folder();
    run.reset();
    const auto files = store::listCheckpoints(original / "checkpoints");
    REQUIRE(files.size() > 4);
    for (const store::CheckpointFile& file : files) {
        INFO("step " << file.step);
        const auto checkpoint = store::readCheckpoint(file.file);
        REQUIRE(checkpoint);
        if (!checkpoint->state["ended"].isNull())
            continue;
        const std::filesystem::path copy = folder.path() / ("from-" + std::to_string(file.step));
        std::filesystem::create_directories(copy / "checkpoints");
        std::filesystem::copy(original / "spec.json", copy);
        std::filesystem::copy(file.file, copy / "checkpoints");
        const std::int64_t best = checkpoint->state["best"]["step"].toInt(-1);
        for (const store::CheckpointFile& other : files)
            if (other.step == best && best != file.step)
                std::filesystem::copy(other.file, copy / "checkpoints");
        auto again = Session::resume(copy, {folder.path(), "cpu"});
        REQUIRE(again);
        (*again)->start();
        const events::RunFinished& end = (*again)->wait();
        INFO(base::describe(end.error));
        CHECK(end.digest == whole.digest);
        CHECK(end.bestStep == whole.bestStep);
        CHECK(end.bestValue == whole.bestValue);
    }
}

TEST_CASE("a run that died between its last checkpoint and its record is finished, not trained again")
{
    base::Value spec = moons(6, 1);
    (void)spec.setAt("train.epochs", 400);
    (void)spec.setAt("train.early_stopping", base::Object{{"patience", 3}});
    spec = resolved(base::writeJson(spec));
    const TempFolder folder;
    auto run = made(spec, folder);
    run->start();
    const events::RunFinished whole = run->wait();
    REQUIRE(whole.state == events::RunState::EarlyStopped);
    const std::filesystem::path path = run->folder();
    run.reset();
    std::filesystem::remove(path / "run.h5");
    CHECK(store::summarize(path)->state == events::RunState::Interrupted);
    auto again = Session::resume(path, {folder.path(), "cpu"});
    REQUIRE(again);
    (*again)->start();
    const events::RunFinished end = (*again)->wait();
    CHECK(end.error.message.empty());
    CHECK(end.state == whole.state);
    CHECK(end.digest == whole.digest);
    CHECK(end.steps == whole.steps);
    CHECK(end.metrics == whole.metrics);
    again->reset();
    CHECK(store::summarize(path)->state == events::RunState::EarlyStopped);
    CHECK(std::filesystem::exists(path / "run.h5"));
    // The same a little later: the end is recorded, and run.h5 not written yet.
    REQUIRE(store::journalFromView(path));
    std::filesystem::remove(path / "run.h5");
    auto third = Session::resume(path, {folder.path(), "cpu"});
    REQUIRE(third);
    (*third)->start();
    CHECK((*third)->wait().digest == whole.digest);
    third->reset();
    CHECK(std::filesystem::exists(path / "run.h5"));
    CHECK_FALSE(store::hasJournal(path / "journal"));
    const auto fourth = Session::resume(path, {folder.path(), "cpu"});
    REQUIRE_FALSE(fourth);
    CHECK(fourth.error().kind == base::ErrorKind::Usage);
}

TEST_CASE("only live parameters take edits, and only values that fit")
{
    const TempFolder folder;
    auto run = made(moons(1, 1), folder, true);
    run->start();
    CHECK_FALSE(run->post(session::Edit{"train.seed", 3}));
    CHECK_FALSE(run->post(session::Edit{"train.optimizer.lr", -1}));
    CHECK_FALSE(run->post(session::Edit{"train.nothing", 1}));
    CHECK(run->post(session::Edit{"train.clip_grad_norm", 1.0}));
    REQUIRE(run->post(session::Stop{}));
    run->wait();
}

TEST_CASE("stopping takes no longer than a step and a tenth of a second")
{
    const TempFolder folder;
    base::Value spec = moons(1, 1);
    (void)spec.setAt("train.epochs", 100000);
    auto run = made(spec, folder);
    Watcher watcher;
    const auto watching = run->events().subscribe(watcher);
    run->start();
    REQUIRE(tests::until([&] { return watcher.steps() > 20; }));
    const std::int64_t before = watcher.steps();
    REQUIRE(run->post(session::Stop{}));
    const std::int64_t steps = run->wait().steps;
    // Counted in steps rather than in seconds: how long a step takes is the machine's business.
    CHECK(steps - before < 5000);
}

TEST_CASE("a recorded run reads back what was published")
{
    const TempFolder folder;
    std::filesystem::path path;
    events::RunFinished result;
    {
        auto run = made(moons(1, 1), folder);
        path = run->folder();
        run->start();
        result = run->wait();
    }
    const auto record = store::readRun(path);
    REQUIRE(record);
    CHECK(record->state == events::RunState::Completed);
    const store::Series& loss = record->scalars.at("train/loss");
    REQUIRE(std::int64_t(loss.steps.size()) == result.steps);
    CHECK(loss.steps.front() == 0);
    CHECK(loss.steps.back() == result.steps - 1);
    CHECK(record->scalars.at("validation/loss").steps.size() == 12);
    CHECK(record->scalars.at("validation/loss").steps.back() == result.steps);
    REQUIRE(record->finished);
    CHECK(record->finished->digest == result.digest);
}

TEST_CASE("accumulating batches equals one large batch")
{
    base::Value large = moons(1, 1, 0), small = moons(1, 1, 0);
    for (base::Value* value : {&large, &small}) {
        (void)value->setAt("train.shuffle", false);
        (void)value->setAt("train.epochs", 3);
    }
    (void)large.setAt("train.batch_size", 32);
    (void)small.setAt("train.batch_size", 8);
    (void)small.setAt("train.accumulate", 4);
    std::vector<std::vector<double>> losses;
    for (const base::Value& spec : {large, small}) {
        const TempFolder folder;
        auto run = made(spec, folder);
        run->start();
        run->wait();
        const auto path = run->folder();
        run.reset();
        losses.push_back(store::readRun(path)->scalars.at("train/loss").values);
    }
    REQUIRE(losses[0].size() == losses[1].size());
    for (std::size_t i = 0; i < losses[0].size(); ++i)
        CHECK(losses[0][i] == Approx(losses[1][i]).epsilon(1e-4));
}

TEST_CASE("a GPU trains to about the same loss", "[gpu]")
{
    const base::Value facts = session::doctor();
    if (facts["devices"].array().size() < 2) {
        WARN("skipped: " << facts["missing"].array().front()["why"].text());
        return;
    }
    std::vector<double> last;
    for (const std::string device : {"cpu", "cuda"}) {
        const TempFolder folder;
        auto run = Session::create(moons(1, 1), {folder.path(), device});
        REQUIRE(run);
        (*run)->start();
        for (const auto& [name, value] : (*run)->wait().metrics)
            if (name == "validation/loss")
                last.push_back(value);
    }
    REQUIRE(last.size() == 2);
    CHECK(last[0] == Approx(last[1]).epsilon(1e-3));
}

TEST_CASE("every step of a run is in one block of its profile, and a pause is nobody's time")
{
    base::Value spec = moons(3, 1);
    (void)spec.setAt("profiler.layer_every", 4);
    const TempFolder folder;
    auto run = made(spec, folder, true);
    Watcher watcher;
    auto watching = run->events().subscribe(watcher);
    run->start();
    REQUIRE(tests::until([&] { return watcher.state() == events::RunState::Paused; }));
    for (int step = 1; step <= 3; ++step) {
        REQUIRE(run->post(session::SingleStep{}));
        REQUIRE(tests::until([&] { return watcher.steps() == step; }));
    }
    // Live parameters of the profiler and of the loader, which change no bit.
    REQUIRE(run->post(session::Edit{"data.num_workers", 2}));
    REQUIRE(run->post(session::Edit{"profiler.interval_ms", 100}));
    REQUIRE(run->post(session::Continue{}));
    const auto result = run->wait();
    INFO(base::describe(result.error));
    REQUIRE(result.state == events::RunState::Completed);
    const std::filesystem::path where = run->folder();
    watching.reset();
    run.reset();
    const auto record = store::readRun(where);
    REQUIRE(record);
    std::int64_t next = 0, layered = 0;
    double seconds = 0;
    for (const events::Event& event : record->events)
        if (const auto* times = std::get_if<events::StepTimes>(&event)) {
            CHECK(times->step == next);
            REQUIRE(times->durations.size() == std::size_t(times->count));
            REQUIRE(times->phases.size() == events::phaseNames.size());
            next += times->count;
            double phases = 0, durations = 0;
            for (const double phase : times->phases) {
                CHECK(phase >= 0);
                phases += phase;
            }
            for (const float duration : times->durations)
                durations += double(duration);
            CHECK(durations == Approx(phases - times->phases[6] - times->phases[7]).epsilon(1e-3));
            seconds += phases;
        } else if (const auto* layers = std::get_if<events::LayerTimes>(&event)) {
            CHECK(layers->step == 4 * layered++);
            REQUIRE(layers->layers.size() == 7);
            for (const auto& layer : layers->layers) {
                CHECK(layer.forward >= 0);
                CHECK(layer.backward >= 0);
            }
        }
    CHECK(next == result.steps);
    CHECK(layered == (result.steps + 3) / 4);
    CHECK(seconds <= result.trainSeconds * 1.5 + 0.05);
    (void)spec.setAt("profiler.enabled", false);
    CHECK(digestAlone(spec) == result.digest);
}
