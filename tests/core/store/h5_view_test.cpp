// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_view.h"

#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/store/live_view.h"
#include "tests/core/store/python.h"
#include "tests/core/store/recording.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sys/wait.h>
#include <unistd.h>

namespace tests::h5_view_test {

using namespace tests;
namespace fs = std::filesystem;

namespace {

store::RunRecord sampleRecord(std::size_t steps)
{
    store::RunRecord record;
    record.id = "sample-0001";
    record.spec = sampleSpec();
    record.created = 1.7e9;
    for (std::size_t i = 0; i < steps; ++i) {
        const events::ScalarRow row = trainRow(std::int64_t(i));
        for (const char* name : {"train/loss", "train/lr"}) {
            store::Series& series = record.scalars[name];
            series.steps.push_back(row.step);
            series.times.push_back(row.time);
            series.values.push_back(row.values[std::string(name) == "train/lr"]);
        }
    }
    record.events = {events::StateChanged{events::RunState::Running, 0, "ümlaut\n\"quoted\""},
                     events::ConfusionFrame{3, 1, 1, {7}}, sampleEnd(std::int64_t(steps))};
    record.eventTimes = {1.7e9, 1.7e9 + 1, 1.7e9 + 2};
    return record;
}

}

TEST_CASE("a view comes back as it was written, bit for bit")
{
    TempFolder folder;
    store::RunRecord record = sampleRecord(100);
    store::Series& odd = record.scalars["odd"];
    odd.steps = {0, 5, 3, std::numeric_limits<std::int64_t>::max()};
    odd.values = {std::nan(""), -0.0, std::numeric_limits<double>::infinity(), 1e-310};
    odd.times = {1, 2, 3, 4};
    record.scalars["empty"];
    const fs::path file = folder.path() / "run.h5";
    REQUIRE(store::writeView(file, record));
    store::RunRecord back;
    REQUIRE(store::readView(file, back));
    CHECK(holdsSteps(back, 100));
    CHECK(back.scalars.at("empty").steps.empty());
    CHECK(back.scalars.at("odd").steps == odd.steps);
    CHECK(std::isnan(back.scalars.at("odd").values[0]));
    CHECK(std::signbit(back.scalars.at("odd").values[1]));
    CHECK(back.scalars.at("odd").values[3] == 1e-310);
    REQUIRE(back.events.size() == 3);
    CHECK(std::get<events::StateChanged>(back.events[0]).reason == "ümlaut\n\"quoted\"");
    CHECK(std::get<events::ConfusionFrame>(back.events[1]).counts == std::vector<std::int64_t>{7});
    CHECK(back.eventTimes == record.eventTimes);
    CHECK(back.finished->digest == sampleEnd(0).digest);
    // There is one already: never written over.
    CHECK_FALSE(store::writeView(file, record));
    store::RunRecord eventsOnly;
    REQUIRE(store::readView(file, eventsOnly, store::ViewPart::Events));
    CHECK(eventsOnly.scalars.empty());
    CHECK(eventsOnly.events.size() == 2);
}

TEST_CASE("a long run takes at most 8 bytes a scalar, step and time included")
{
    TempFolder folder;
    store::RunRecord record;
    const core::base::Draw draw(1, "size");
    store::Series& series = record.scalars["train/loss"];
    for (std::uint64_t i = 0; i < 200000; ++i) {
        series.steps.push_back(std::int64_t(i));
        series.times.push_back(std::floor((1.7e9 + double(i) * 0.0087 + draw.uniform(i) * 0.002) * 1024) / 1024);
        series.values.push_back(double(float(draw.within(1).normal(i))));
    }
    const fs::path file = folder.path() / "run.h5";
    REQUIRE(store::writeView(file, record));
    CHECK(double(fs::file_size(file)) / 200000 < 8);
}

TEST_CASE("a live view takes rows of names it knows, and says when it does not")
{
    TempFolder folder;
    const fs::path file = folder.path() / "run.h5";
    store::RunRecord record = sampleRecord(10);
    record.opened = events::RunOpened{};
    record.opened->groups = {{"train/loss", "train/lr"}, {"validation/loss"}};
    store::ScalarBlock block{{"train/loss", "train/lr"}, {}, {}, {{}, {}}};
    for (std::int64_t step = 10; step < 5000; ++step) {
        const events::ScalarRow row = trainRow(step);
        block.steps.push_back(step);
        block.times.push_back(row.time);
        block.columns[0].push_back(row.values[0]);
        block.columns[1].push_back(row.values[1]);
    }
    auto view = store::LiveView::create(file, record);
    REQUIRE(view);
    CHECK((*view)->takes(block));
    CHECK((*view)->takes(store::ScalarBlock{{"validation/loss"}, {1}, {1}, {{1}}}));
    CHECK_FALSE((*view)->takes(store::ScalarBlock{{"train/loss", "unknown"}, {1}, {1}, {{1}, {1}}}));
    REQUIRE((*view)->append({block}));
    store::RunRecord back;
    REQUIRE(store::readView(file, back));
    CHECK(holdsSteps(back, 5000));
}

TEST_CASE("rows with fewer values than their group reach the live view too")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, byHand(true));
    recorder->onEvent(sampleOpening(run));
    recordSteps(*recorder, 0, 5);
    REQUIRE(recorder->sync());
    events::ScalarRow row = trainRow(5);
    row.count = 1;
    recorder->onScalars(row);
    REQUIRE(recorder->sync());
    recordSteps(*recorder, 6, 8);
    REQUIRE(recorder->sync());
    store::RunRecord live;
    REQUIRE(store::readView(run.view(), live));
    CHECK(live.scalars.at("train/loss").steps.size() == 8);
    CHECK(live.scalars.at("train/lr").steps == std::vector<std::int64_t>{0, 1, 2, 3, 4, 6, 7});
    REQUIRE(recorder->finish());
    CHECK(store::readRun(run.path())->scalars.at("train/loss").steps.size() == 8);
}

TEST_CASE("files that are no view are refused, and never anything behind them read")
{
    TempFolder folder;
    const auto refused = [&](const fs::path& file) {
        store::RunRecord record;
        const auto read = store::readView(file, record);
        return read ? std::string() : read.error().message;
    };
    CHECK_FALSE(refused(folder.path() / "absent.h5").empty());
    CHECK_FALSE(refused(folder.file("text.h5", "hello")).empty());
    CHECK_FALSE(refused(folder.file("empty.h5", "")).empty());
    if (!hasPython("h5py, numpy")) {
        WARN("skipped in part: python3 has no h5py (DESCENT_TEST_PYTHONPATH names where it is)");
        return;
    }
    const std::string start = "\", \"w\", libver=(\"earliest\", \"v110\"))\n"
                              "f.attrs[\"format_version\"] = 1\ng = f.create_group(\"scalars/a\")\n";
    const std::string good = "g[\"step\"] = np.arange(2)\ng[\"time\"] = np.zeros(2)\ng[\"value\"] = np.ones(2)\n";
    const fs::path secret = folder.file("secret", std::string(16, 'S'));
    const std::pair<std::string, std::string> cases[] = {
        {good, ""},
        {"f.attrs[\"format_version\"] = 2\n" + good, "version 2"},
        {"del f.attrs[\"format_version\"]\n", "format_version"},
        {"f.attrs[\"format_version\"] = \"one\"\n", "no number"},
        {"f.attrs[\"format_version\"] = [1, 1]\n", "no number"},
        {good + "del g[\"step\"]\n", "no dataset \"step\""},
        {good + "del g[\"value\"]\ng[\"value\"] = np.ones((2, 2))\n", "not one column"},
        {good + "del g[\"value\"]\ng[\"value\"] = \"text\"\n", "another type"},
        {good + "del g[\"value\"]\ng[\"value\"] = np.ones(2, np.float32)\n", "another type"},
        {good + "del g[\"step\"]\ng.create_group(\"step\")\n", "no dataset \"step\""},
        {good + "del g[\"value\"]\ng[\"value\"] = h5py.ExternalLink(\"secret\", \"/x\")\n", "somewhere else"},
        {good + "f[\"scalars/b\"] = h5py.ExternalLink(\"secret\", \"/x\")\n", "somewhere else"},
        {good + "f[\"scalars/b\"] = h5py.SoftLink(\"/scalars/a\")\n", "somewhere else"},
        {good + "f[\"events\"] = h5py.ExternalLink(\"secret\", \"/x\")\n", "somewhere else"},
        {good + "del g[\"value\"]\ng.create_dataset(\"value\", (2,), \"f8\", external=[(\"" + secret.string() +
             "\", 0, 16)])\n",
         "another file"},
        {good + "del g[\"value\"]\nl = h5py.VirtualLayout((2,), \"f8\")\nl[:] = h5py.VirtualSource(\"secret\", \"x\", "
                "(2,))\n"
                "g.create_virtual_dataset(\"value\", l)\n",
         "another file"},
        {good + "del g[\"value\"]\ng.create_dataset(\"value\", (1 << 60,), \"f8\", chunks=(1024,))\n",
         "more than it can hold"},
        {good + "del g[\"value\"]\ng.create_dataset(\"value\", (1 << 40,), \"f8\", chunks=(1024,))\n",
         "more than it can hold"},
        {good + "del g[\"value\"]\ng.create_dataset(\"value\", (2,), \"f8\", chunks=(2,), compression=\"lzf\")\n",
         "filter"},
        {good + "g[\"loop\"] = f[\"scalars\"]\n", "not where they should be"},
        {good + "f[\"events/lines\"] = np.frombuffer(b\"[0, 1, {}]\", np.uint8)\n", "no kind of event"},
        {good + "f[\"events/lines\"] = np.frombuffer(b\"{\", np.uint8)\n", "JSON"},
    };
    const auto fileOf = [&](std::size_t number) { return folder.path() / (std::to_string(number) + ".h5"); };
    std::string all = "import h5py, numpy as np\n";
    for (std::size_t i = 0; i < std::size(cases); ++i)
        all += "f = h5py.File(\"" + fileOf(i).string() + start + cases[i].first + "f.close()\n";
    REQUIRE(runPython(folder.file("hostile.py", all)));
    for (std::size_t i = 0; i < std::size(cases); ++i) {
        const auto& [script, expected] = cases[i];
        INFO(script);
        const std::string message = refused(fileOf(i));
        if (expected.empty())
            CHECK(message.empty());
        else
            CHECK(message.find(expected) != std::string::npos);
    }
}

TEST_CASE("a file that crashes HDF5 or holds it up is an error, no more")
{
    TempFolder folder;
    const fs::path file = folder.path() / "run.h5";
    REQUIRE(store::writeView(file, sampleRecord(300)));
    // Without its seal, or that alone would find every change.
    std::string good = *core::base::readFile(file);
    good.resize(good.size() - 24);
    fs::resize_file(file, good.size());
    int read = 0;
    for (std::uint64_t round = 0; round < 300; ++round) {
        const core::base::Draw draw(23, "views", round);
        std::string bytes = good;
        for (std::uint64_t i = 0; i < 1 + round % 8; ++i)
            bytes[draw.below(2 * i, bytes.size())] = char(draw.bits(2 * i + 1));
        TempFolder::overwrite(file, bytes);
        store::RunRecord record;
        read += bool(store::readView(file, record));
    }
    CHECK(read > 0);
    CHECK(read < 300);
}

TEST_CASE("a view with any bit flipped is refused, one that HDF5 changed is read")
{
    TempFolder folder;
    const fs::path file = folder.path() / "run.h5";
    REQUIRE(store::writeView(file, sampleRecord(300)));
    const std::string good = *core::base::readFile(file);
    const auto reads = [&] {
        store::RunRecord record;
        return bool(store::readView(file, record));
    };
    REQUIRE(reads());
    const core::base::Draw draw(5, "seal");
    const std::size_t bits = good.size() * 8;
    for (std::size_t i = 0; i < 400; ++i) {
        // All of the seal, and some of the rest.
        const std::size_t bit = i < 200 ? std::size_t(draw.below(i, bits)) : bits - 1 - (i - 200) % 192;
        std::string flipped = good;
        flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
        TempFolder::overwrite(file, flipped);
        INFO(bit);
        REQUIRE_FALSE(reads());
    }
    TempFolder::overwrite(file, good);
    if (!hasPython("h5py")) {
        WARN("skipped in part: python3 has no h5py (DESCENT_TEST_PYTHONPATH names where it is)");
        return;
    }
    REQUIRE(runPython(folder.file("note.py", "import h5py\nf = h5py.File(\"" + file.string() +
                                                 "\", \"r+\")\nassert f.attrs[\"format\"] == \"descent-run\"\n"
                                                 "f.attrs[\"note\"] = \"mine\"\nf.close()\n")));
    CHECK(reads());
}

TEST_CASE("a view that was cut short is refused in time")
{
    TempFolder folder;
    const fs::path file = folder.path() / "run.h5";
    {
        auto view = store::LiveView::create(file, [] {
            store::RunRecord record = sampleRecord(3000);
            record.opened = events::RunOpened{};
            return record;
        }());
        REQUIRE(view);
        fs::copy(file, folder.path() / "left.h5");
    }
    const fs::path left = folder.path() / "left.h5";
    const auto size = fs::file_size(left);
    for (int part = 9; part >= 0; --part) {
        fs::resize_file(left, size * std::uintmax_t(part) / 10);
        store::RunRecord record;
        INFO(part);
        CHECK_FALSE(store::readView(left, record));
    }
}

}
