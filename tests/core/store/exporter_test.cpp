// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npz_reader.h"
#include "core/data/formats/pth_reader.h"
#include "core/data/formats/scalar_log.h"
#include "core/store/exporter.h"

#include "core/base/files.h"
#include "core/store/checkpoint.h"
#include "tests/core/store/recording.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace tests::exporter_test {

using namespace tests;
namespace fs = std::filesystem;

namespace {

fs::path sampleRun(const fs::path& runs)
{
    auto run = newRun(runs);
    auto recorder = openRecorder(run, byHand());
    recorder->onEvent(sampleOpening(run));
    for (std::int64_t step = 8; step < 11; ++step)
        recorder->onScalars({step, 1.7e9 + double(step) / 2, 0, 2, {1.0 / double(step), 0.1}});
    recorder->onScalars({10, 1.7e9 + 5.25, 1, 1, {std::numeric_limits<double>::quiet_NaN()}});
    recorder->onScalars({20, 1.7e9 + 20, 1, 1, {0.25}});
    recorder->onEvent(sampleEnd(30));
    REQUIRE(recorder->finish());
    for (const std::int64_t step : {20, 30}) {
        const float weight[2] = {float(step), 1};
        const double moment = 5;
        REQUIRE(store::writeCheckpoint(run.checkpoints(), step, core::base::Object{},
                                       {{"model/0.weight", "F32", {2}, weight, sizeof weight},
                                        {"optimizer/exp_avg/0.weight", "F64", {1}, &moment, sizeof moment}}));
    }
    return run.path();
}

core::base::Result<std::vector<fs::path>> exportTo(const std::string& kind, const store::ExportRequest& request)
{
    auto exporter = store::allExporters().make({kind});
    REQUIRE(exporter);
    return (*exporter)->write(request);
}

}

TEST_CASE("CSV has a line a step and a column a metric")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path() / "runs");
    const auto files = exportTo("csv", {run, folder.path() / "new" / "table.csv"});
    REQUIRE(files);
    CHECK(*files == std::vector{folder.path() / "new" / "table.csv"});
    CHECK(*core::base::readFile(files->front()) == "epoch,step,time,train/loss,train/lr,validation/loss\n"
                                                   "0,8,1700000004,0.125,0.1,\n"
                                                   "0,9,1700000004.5,0.1111111111111111,0.1,\n"
                                                   "1,10,1700000005.25,0.1,0.1,nan\n"
                                                   "2,20,1700000020,,,0.25\n");
    CHECK_FALSE(fs::exists(folder.path() / "new" / "table.tensors.csv"));
    const auto here = fs::current_path();
    fs::current_path(folder.path());
    const auto bare = exportTo("csv", {run, "bare.csv"});
    fs::current_path(here);
    REQUIRE(bare);
    CHECK(fs::exists(folder.path() / "bare.csv"));
    const auto inFolder = exportTo("csv", {run, folder.path()});
    REQUIRE(inFolder);
    CHECK(inFolder->front() == folder.path() / "two-moons-0001.csv");
}

TEST_CASE("safetensors holds the weights of the chosen checkpoint under their own names")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path() / "runs");
    const auto weightAt = [&](const std::string& at) {
        const auto files = exportTo("safetensors", {run, folder.path() / "model.safetensors", at});
        REQUIRE(files);
        const auto content = store::readSafetensors(files->front());
        REQUIRE(content);
        REQUIRE(content->tensors.size() == 1);
        CHECK(content->tensors[0].name == "0.weight");
        float weight = 0;
        std::memcpy(&weight, content->tensors[0].bytes.data(), sizeof weight);
        return weight;
    };
    CHECK(weightAt("last") == 30);
    CHECK(weightAt("best") == 20);
    CHECK(weightAt("20") == 20);
}

TEST_CASE("a .pth holds the same, as a state dict")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path() / "runs");
    const auto files = exportTo("pth", {run, folder.path() / "model.pth", "best"});
    REQUIRE(files);
    const auto read = core::data::readPth(files->front());
    if (!read)
        FAIL(core::base::describe(read.error()));
    const auto same = exportTo("safetensors", {run, folder.path() / "model.safetensors", "best"});
    REQUIRE(same);
    CHECK(*read == store::readSafetensors(same->front())->tensors);
}

TEST_CASE("a checkpoint that is not there is told with those that are")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path());
    CHECK(store::checkpointAt(run, "last")->filename() == "step-000000000030.safetensors");
    const auto absent = store::checkpointAt(run, "25");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().advice == "There are: 20, 30");
    CHECK(store::checkpointAt(run, "newest").error().kind == core::base::ErrorKind::Usage);
    CHECK_FALSE(store::checkpointAt(run, "-5"));
    CHECK_FALSE(store::checkpointAt(newRun(folder.path()).path(), "last"));
}

TEST_CASE("exports that cannot be written leave nothing behind")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path() / "runs");
    const fs::path file = folder.file("file", "");
    const auto failed = exportTo("csv", {run, file / "below.csv"});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == core::base::ErrorKind::Resource);
    CHECK_FALSE(exportTo("csv", {folder.path() / "absent", folder.path() / "x.csv"}));
    CHECK_FALSE(fs::exists(folder.path() / "x.csv"));
}

TEST_CASE("a log folder holds every scalar with step and time, as TensorBoard reads it")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path() / "runs"), logs = folder.path() / "new" / "logs";
    const auto files = exportTo("tensorboard", {run, logs});
    REQUIRE(files);
    REQUIRE(files->size() == 1);
    CHECK(files->front() == logs / "events.out.tfevents.1700000004.two-moons-0001.descent");
    const auto bytes = core::base::readFile(files->front());
    CHECK(core::data::looksLikeTfEvents(*bytes));
    const auto log = core::data::readTfEvents(*bytes, "log");
    REQUIRE(log);
    REQUIRE(log->series.size() == 3);
    const store::RunRecord record = *store::readRun(run);
    for (const auto& [name, series] : log->series) {
        const store::Series& was = record.scalars.at(name);
        CHECK(series.steps == was.steps);
        REQUIRE(series.values.size() == was.values.size());
        for (std::size_t i = 0; i < was.values.size(); ++i) {
            CHECK(std::isnan(series.values[i]) == std::isnan(was.values[i]));
            if (!std::isnan(was.values[i]))
                CHECK(series.values[i] == float(was.values[i]));
            CHECK(series.times[i] == was.times[i]);
        }
    }
    // A file is named by who says that it is one.
    const fs::path own = folder.path() / "my.tfevents.1";
    CHECK(exportTo("tensorboard", {run, own})->front() == own);
    CHECK(fs::is_regular_file(own));
}

TEST_CASE("npz holds the weights as arrays by their names")
{
    TempFolder folder;
    const fs::path run = sampleRun(folder.path() / "runs");
    const auto files = exportTo("npz", {run, folder.path() / "model.npz", "20"});
    REQUIRE(files);
    const auto read = core::data::readNpz(files->front(), [](const std::string&) { return true; });
    if (!read)
        FAIL(core::base::describe(read.error()));
    REQUIRE(read->arrays.size() == 1);
    CHECK(read->arrays[0].name == "0.weight");
    const core::data::NumberArray& weight = read->arrays[0].array;
    CHECK(weight.element == core::data::Element::F32);
    CHECK(weight.shape == std::vector<std::int64_t>{2});
    CHECK(weight.at(0) == 20);
    CHECK(weight.at(1) == 1);
}

}
