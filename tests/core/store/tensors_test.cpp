// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/tensor_columns.h"

#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/store/exporter.h"
#include "core/store/finalize.h"
#include "core/store/h5_view.h"
#include "core/store/journal.h"
#include "tests/core/store/recording.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace tests::tensors_test {

using namespace tests;
namespace fs = std::filesystem;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

const events::TensorsNamed both{0, 0, {"0.weight", "gradient/0.weight"}, {"mean", "zeros", "l1"}};

/// What is recorded at `step`, the same whenever it is asked.
events::TensorStats statsAt(std::int64_t step)
{
    const double s = double(step);
    return {step, 0, {0.1 * s, s, 0.1 * s, 0.3 * s, 2 * s, 1e300}};
}

void record(store::Recorder& recorder, std::int64_t from, std::int64_t to)
{
    for (std::int64_t step = from; step < to; ++step) {
        recorder.onScalars(trainRow(step));
        recorder.onEvent(statsAt(step));
    }
}

/// True if the tensors hold the statistics of steps `0 … count − 1` and nothing else.
bool holdsStats(const store::RunRecord& run, std::int64_t count)
{
    if (run.tensors.size() != 2)
        return false;
    for (std::size_t t = 0; t < 2; ++t) {
        const store::TensorSeries& series = run.tensors.at(both.tensors[t]);
        if (std::int64_t(series.steps.size()) != count || series.columns.size() != 3)
            return false;
        for (std::int64_t step = 0; step < count; ++step) {
            const auto i = std::size_t(step);
            const std::vector<double> values = statsAt(step).values;
            if (series.steps[i] != step || series.columns.at("mean")[i] != double(float(values[3 * t])) ||
                series.columns.at("zeros")[i] != values[3 * t + 1] || series.columns.at("l1")[i] != values[3 * t + 2])
                return false;
        }
    }
    return true;
}

store::TensorBlock sampleBlock()
{
    return {{"a", "b"}, {"mean", "nan"}, {5, 10}, {1, 2, double(0.1f), notANumber, 0, 0, 0, 0}};
}

bool runPython(const std::string& script)
{
    const char* path = std::getenv("DESCENT_TEST_PYTHONPATH");
    return std::system(("PYTHONPATH='" + std::string(path ? path : "") + "' python3 -c '" + script + "'").c_str()) == 0;
}

}

TEST_CASE("tensors: steps rise, though some steps take other statistics than the steps between them")
{
    store::TensorColumns columns;
    columns.name({0, 0, {"w", "v"}, {"mean"}});
    columns.name({0, 1, {"w"}, {"mean", "max"}});
    store::TensorSeries w, v;
    const auto flush = [&] {
        for (const store::TensorBlock& block : columns.take()) {
            w.add(block, 0);
            if (block.tensors.size() == 2)
                v.add(block, 1);
        }
    };
    for (std::int64_t step = 0; step < 40; ++step) {
        if (step % 3 == 0)
            columns.add({step, 1, {double(step), 100.0 + double(step)}});
        else
            columns.add({step, 0, {double(step), -double(step)}});
        if (step % 7 == 6)
            flush();
    }
    flush();
    REQUIRE(w.steps.size() == 40);
    for (std::size_t i = 0; i < 40; ++i) {
        CHECK(w.steps[i] == std::int64_t(i));
        CHECK(w.columns.at("mean")[i] == double(i));
        CHECK((i % 3 == 0 ? w.columns.at("max")[i] == 100.0 + double(i) : std::isnan(w.columns.at("max")[i])));
    }
    CHECK(v.steps.size() == 26);
    CHECK(std::ranges::is_sorted(v.steps));
}

TEST_CASE("tensors: a block comes back bit for bit, and mutated ones are errors or blocks")
{
    const store::TensorBlock block = sampleBlock();
    const std::string bytes = pack(block);
    const auto back = store::unpackTensors(bytes);
    REQUIRE(back);
    CHECK(back->tensors == block.tensors);
    CHECK(back->statistics == block.statistics);
    CHECK(back->steps == block.steps);
    CHECK(back->at(0, 1, 0) == double(0.1f));
    CHECK(std::isnan(back->at(0, 1, 1)));
    CHECK(back->at(1, 1, 1) == 0);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK_FALSE(store::unpackTensors(std::string_view(bytes).substr(0, length)));
    for (std::uint64_t round = 0; round < 2000; ++round) {
        const core::base::Draw draw(5, "tensors", round);
        std::string mutated = bytes;
        for (std::uint64_t i = 0; i <= round % 4; ++i)
            mutated[draw.below(2 * i, mutated.size())] = char(draw.bits(2 * i + 1));
        if (const auto made = store::unpackTensors(mutated))
            REQUIRE(made->values.size() == made->tensors.size() * made->statistics.size() * made->steps.size());
    }
}

TEST_CASE("tensors: most statistics take four bytes, counts are whole, sums are wide")
{
    CHECK(store::asKept("std", 0.1) == double(0.1f));
    CHECK(store::asKept("l1", 0.1) == 0.1);
    CHECK(store::asKept("zeros", 16777217) == 16777217);
    CHECK(store::asKept("zeros", notANumber) == -1);
    CHECK(std::isnan(store::asKept("mean", -notANumber)));
    store::TensorBlock block{{"a"}, {"std"}, {}, {}};
    for (std::int64_t step = 0; step < 1000; ++step) {
        block.steps.push_back(step);
        block.values.push_back(store::asKept("std", std::sin(double(step))));
    }
    CHECK(pack(block).size() < 4100);
}

TEST_CASE("tensors: what was not taken at a step says so")
{
    store::TensorSeries series;
    series.add(sampleBlock(), 0);
    series.add({{"c", "a"}, {"mean", "std"}, {15}, {7, 3, 9, 2}}, 1);
    CHECK(series.steps == std::vector<std::int64_t>{5, 10, 15});
    CHECK(series.columns.at("mean") == std::vector<double>{1, double(0.1f), 3});
    CHECK(std::isnan(series.columns.at("std")[0]));
    CHECK(series.columns.at("std")[2] == 2);
    CHECK(series.columns.at("nan") == std::vector<double>{0, 0, -1});
    const store::TensorBlock part = series.block("a", 1, 3);
    CHECK(part.steps == std::vector<std::int64_t>{10, 15});
    CHECK(part.at(0, 1, 0) == 3);
    series.cut(10);
    CHECK(series.steps == std::vector<std::int64_t>{5});
    CHECK(series.columns.at("mean") == std::vector<double>{1});
}

TEST_CASE("tensors: statistics go through the journal into run.h5, back into a journal, and forget what was rewound")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    {
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        // Without names nothing can be told.
        recorder->onEvent(statsAt(0));
        recorder->onEvent(both);
        record(*recorder, 0, 40);
        REQUIRE(recorder->sync());
        CHECK(holdsStats(*store::readRun(run.path()), 40));
        record(*recorder, 40, 50);
        recorder->rewindTo(30);
        record(*recorder, 30, 45);
        // Too few values for its names.
        recorder->onEvent(events::TensorStats{45, 0, {1, 2}});
        REQUIRE(recorder->sync());
        CHECK(holdsStats(*store::readRun(run.path()), 45));
    }
    auto recorder = openRecorder(run, byHand());
    recorder->rewindTo(20);
    recorder->onEvent(sampleOpening(run));
    recorder->onEvent(both);
    record(*recorder, 20, 60);
    recorder->onEvent(sampleEnd(60));
    REQUIRE(recorder->finish());
    REQUIRE_FALSE(store::hasJournal(run.journal()));
    const auto ended = store::readRun(run.path());
    REQUIRE(ended);
    CHECK(holdsStats(*ended, 60));
    CHECK(holdsSteps(*ended, 60));
    REQUIRE(store::journalFromView(run.path()));
    fs::remove(run.view());
    CHECK(holdsStats(*store::readRun(run.path()), 60));
    CHECK(store::summarize(run.path())->steps == 60);
}

TEST_CASE("tensors: a writer that died is repaired with its statistics")
{
    TempFolder folder;
    fs::path path;
    {
        auto run = newRun(folder.path());
        path = run.path();
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        recorder->onEvent(both);
        record(*recorder, 0, 25);
        REQUIRE(recorder->sync());
    }
    REQUIRE(store::repair(path));
    store::RunRecord view;
    REQUIRE(store::readView(path / "run.h5", view));
    CHECK(holdsStats(view, 25));
}

TEST_CASE("tensors: h5py reads the columns while the run goes and after, the histograms after")
{
    if (!runPython("import h5py")) {
        WARN("skipped: python3 has no h5py (DESCENT_TEST_PYTHONPATH names where it is)");
        return;
    }
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, byHand(true));
    recorder->onEvent(sampleOpening(run));
    recorder->onEvent(both);
    REQUIRE(recorder->sync());
    const auto reads = [&](std::int64_t steps, const std::string& more) {
        return runPython(R"(import h5py,numpy as np
f=h5py.File(")" + run.view().string() +
                         R"(","r",swmr=True)
for name,scale in (("0.weight",0.1),("gradient/0.weight",0.3)):
    g=f["tensors/"+name]; s=np.arange()" +
                         std::to_string(steps) + R"()
    assert np.array_equal(g["step"][:],s) and g["step"].dtype==np.int64, g["step"][:]
    assert g["mean"].dtype==np.float32 and np.array_equal(g["mean"][:],np.float32(scale*s)), g["mean"][:]
    assert g["zeros"].dtype==np.int64 and g["l1"].dtype==np.float64
)" + more);
    };
    std::int64_t steps = 0;
    for (const std::int64_t more : {1, 300, 700}) {
        record(*recorder, steps, steps + more);
        steps += more;
        REQUIRE(recorder->sync());
        CHECK(reads(steps, ""));
    }
    // Other statistics later: those that are not taken any more are told as missing.
    recorder->onEvent(events::TensorsNamed{steps, 1, {"0.weight"}, {"std"}});
    recorder->onEvent(events::TensorStats{steps, 1, {0.5}});
    recorder->onEvent(statsAt(steps + 1));
    REQUIRE(recorder->sync());
    const auto now = store::readRun(run.path());
    REQUIRE(now);
    CHECK(now->tensors.at("0.weight").columns.at("std")[std::size_t(steps)] == 0.5);
    recorder->rewindTo(steps);
    events::WeightsFrame frame{3, 0, true, {{"0.weight", {2, 2}, -1, 2, 0.5, 1, 2, 0, 0, 0, -1, 2, {1, 0, 3}, {}}}};
    recorder->onEvent(frame);
    frame.step = 4;
    frame.kept = false; // only for whoever watched
    recorder->onEvent(frame);
    frame.step = 5;
    frame.kept = true;
    recorder->onEvent(frame);
    for (const bool keeps : {true, false})
        recorder->onEvent(events::TensorHistograms{
            keeps ? 6 : 7, keeps, {{"gradient/0.weight", -1, 3, {1, 0, 0, 5}}, {"activation/0", 0, 0, {4}}}});
    recorder->onEvent(sampleEnd(steps));
    REQUIRE(recorder->finish());
    CHECK(reads(steps, R"(
g=f["histograms/gradient/0.weight"]
assert g["step"][:].tolist()==[6] and g["counts"][:].tolist()==[[1,0,0,5]], g["counts"][:]
assert g["edges"][:].tolist()==[[-1,0,1,2,3]], g["edges"][:]
assert f["histograms/activation/0/counts"][:].ravel().tolist()==[4]
h=f["histograms/0.weight"]
assert h["edges"].shape==(2,4)
assert h["step"][:].tolist()==[3,5] and h["counts"][:].tolist()==[[1,0,3],[1,0,3]], h["counts"][:]
assert h["low"][:].tolist()==[-1,-1] and h["high"][0]==2)"));
    const auto ended = store::readRun(run.path());
    REQUIRE(ended);
    const auto kept = std::ranges::count_if(
        ended->events, [](const auto& event) { return std::holds_alternative<events::WeightsFrame>(event); });
    CHECK(kept == 2);
    const auto spread = std::ranges::find_if(
        ended->events, [](const auto& event) { return std::holds_alternative<events::TensorHistograms>(event); });
    REQUIRE(spread != ended->events.end());
    CHECK(std::get<events::TensorHistograms>(*spread).tensors.front() ==
          events::TensorHistograms::Spread{"gradient/0.weight", -1, 3, {1, 0, 0, 5}});
}

TEST_CASE("tensors: CSV has them in a table of their own, a line for each tensor and step")
{
    TempFolder folder;
    auto run = newRun(folder.path() / "runs");
    auto recorder = openRecorder(run, byHand());
    recorder->onEvent(sampleOpening(run));
    recorder->onEvent(events::TensorsNamed{0, 0, {"0.weight", "a,b"}, {"mean", "zeros"}});
    recorder->onEvent(events::TensorStats{0, 0, {0.5, 3, notANumber, 0}});
    recorder->onEvent(events::TensorsNamed{0, 1, {"0.weight"}, {"l1"}});
    recorder->onEvent(events::TensorStats{1, 1, {0.1}});
    recorder->onEvent(sampleEnd(2));
    REQUIRE(recorder->finish());
    auto exporter = store::allExporters().make({"csv"});
    REQUIRE(exporter);
    const auto files = (*exporter)->write({run.path(), folder.path() / "table.csv"});
    REQUIRE(files);
    CHECK(*files == std::vector{folder.path() / "table.csv", folder.path() / "table.tensors.csv"});
    CHECK(*core::base::readFile(files->back()) == "tensor,step,l1,mean,zeros\n"
                                                  "0.weight,0,nan,0.5,3\n"
                                                  "0.weight,1,0.1,nan,\n"
                                                  "\"a,b\",0,,nan,0\n");
}

}
