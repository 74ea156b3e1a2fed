// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/gist.h"
#include "tests/core/store/recording.h"

#include "core/base/files.h"
#include "core/store/h5_view.h"
#include "core/store/seal.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

namespace tests::gist_test {

using namespace tests;
using events::RunState;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t footBytes = 20;

/// A branch that was stopped, went on, and ended with a loss that was no number.
fs::path makeBranch(const fs::path& runs)
{
    auto run = newRun(runs);
    auto recorder = openRecorder(run, byHand());
    events::RunOpened opened = sampleOpening(run);
    opened.parent = "two-moons-0000";
    opened.parentStep = 5;
    recorder->onEvent(opened);
    recorder->onEvent(events::StateChanged{RunState::Running, 0, ""});
    recordSteps(*recorder, 0, 10);
    recorder->onEvent(events::BestChanged{"validation/loss", 0.5, 5, 0});
    recorder->onEvent(events::StateChanged{RunState::Stopped, 10, "stopped"});
    opened.firstStep = 10;
    recorder->onEvent(opened);
    recordSteps(*recorder, 10, 20);
    recorder->onEvent(events::BestChanged{"validation/loss", 0.25, 15, 1});
    events::RunFinished end = sampleEnd(20);
    end.state = RunState::Failed;
    end.bestStep = -1;
    end.metrics = {{"validation/loss", std::numeric_limits<double>::quiet_NaN()}, {"validation/accuracy", 0.75}};
    recorder->onEvent(events::StateChanged{end.state, 20, "the loss became NaN"});
    recorder->onEvent(end);
    REQUIRE(recorder->finish());
    return run.path();
}

std::string viewOf(const fs::path& run)
{
    const auto bytes = core::base::readFile(run / "run.h5");
    REQUIRE(bytes);
    return *bytes;
}

void setView(const fs::path& run, const std::string& bytes)
{
    std::ofstream out(run / "run.h5", std::ios::binary | std::ios::trunc);
    out << bytes;
    REQUIRE(out.flush());
}

std::size_t gistSize(const std::string& view)
{
    std::uint64_t size = 0;
    std::memcpy(&size, view.data() + view.size() - store::sealBytes - footBytes, sizeof size);
    REQUIRE(size > 0);
    REQUIRE(size < view.size());
    return std::size_t(size);
}

void checkSame(const store::RunSummary& a, const store::RunSummary& b)
{
    CHECK(a.id == b.id);
    CHECK(a.name == b.name);
    CHECK(a.state == b.state);
    CHECK(a.created == b.created);
    CHECK(a.steps == b.steps);
    CHECK(a.totalSteps == b.totalSteps);
    REQUIRE(a.metrics.size() == b.metrics.size());
    for (std::size_t i = 0; i < a.metrics.size(); ++i) {
        CHECK(a.metrics[i].first == b.metrics[i].first);
        CHECK((a.metrics[i].second == b.metrics[i].second ||
               (std::isnan(a.metrics[i].second) && std::isnan(b.metrics[i].second))));
    }
    CHECK(a.bestMetric == b.bestMetric);
    CHECK(a.bestValue == b.bestValue);
    CHECK(a.bestEpoch == b.bestEpoch);
    CHECK(a.parent == b.parent);
    CHECK(a.parentStep == b.parentStep);
    CHECK(a.problem == b.problem);
}

}

TEST_CASE("a summary out of the gist says what one out of the file says")
{
    TempFolder folder;
    const fs::path run = makeBranch(folder.path());
    store::RunRecord brief;
    REQUIRE(store::readGist(run / "run.h5", brief));
    CHECK(brief.state == RunState::Failed);
    const auto fast = store::summarize(run);
    REQUIRE(fast);
    CHECK(fast->bestValue == 0.25);
    CHECK(fast->parent == "two-moons-0000");
    CHECK(std::isnan(fast->metrics.at(0).second));
    // Whole as it is, and without gist and seal.
    const std::string whole = viewOf(run);
    CHECK(store::sealOf(run / "run.h5").valueOr(store::SealState::Missing) == store::SealState::Whole);
    setView(run, whole.substr(0, whole.size() - store::sealBytes - footBytes - gistSize(whole)));
    CHECK_FALSE(store::readGist(run / "run.h5", brief));
    const auto slow = store::summarize(run);
    REQUIRE(slow);
    checkSame(*fast, *slow);
}

TEST_CASE("a list of runs reads no HDF5 where there is a gist; a run that is opened does")
{
    TempFolder folder;
    const fs::path run = makeBranch(folder.path());
    const auto before = store::summarize(run);
    REQUIRE(before);
    std::string broken = viewOf(run);
    std::fill_n(broken.begin(), broken.size() - store::sealBytes - footBytes - gistSize(broken), '\x5a');
    setView(run, broken);
    const auto after = store::summarize(run);
    REQUIRE(after);
    checkSame(*before, *after);
    const auto read = store::readRun(run);
    CHECK((!read || !read->problem.empty()));
}

TEST_CASE("a gist that was harmed is not believed")
{
    TempFolder folder;
    const fs::path run = makeBranch(folder.path());
    const auto before = store::summarize(run);
    REQUIRE(before);
    const std::string whole = viewOf(run);
    const std::size_t tail = store::sealBytes + footBytes + gistSize(whole);
    // Any byte of lines, length, sum and marks; the seal's digest is of the whole file and not looked at here.
    for (std::size_t place = whole.size() - tail; place < whole.size() - 16; ++place) {
        std::string harmed = whole;
        harmed[place] = char(harmed[place] ^ 0x10);
        setView(run, harmed);
        store::RunRecord record;
        CAPTURE(place);
        CHECK_FALSE(store::readGist(run / "run.h5", record));
    }
    const auto after = store::summarize(run);
    REQUIRE(after);
    checkSame(*before, *after);
    for (const std::size_t size : {std::size_t(0), std::size_t(10), store::sealBytes + footBytes, tail - 1}) {
        setView(run, whole.substr(whole.size() - size));
        store::RunRecord record;
        CAPTURE(size);
        CHECK_FALSE(store::readGist(run / "run.h5", record));
    }
}

TEST_CASE("a run that has not ended has no gist")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    {
        auto recorder = openRecorder(run, byHand(true));
        recorder->onEvent(sampleOpening(run));
        recordSteps(*recorder, 0, 20);
        REQUIRE(recorder->sync());
    }
    REQUIRE(fs::exists(run.view()));
    store::RunRecord record;
    CHECK_FALSE(store::readGist(run.view(), record));
}

}
