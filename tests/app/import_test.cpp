// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/raw_tensors.h"
#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include "tests/support/python.h"

#include <cmath>

namespace tests::import_test {

using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;
namespace store = core::store;

namespace {

store::RunRecord imported(const TempFolder& folder, const std::string& file)
{
    const Ended ended = cli({"runs", "import", file, "--runs", (folder.path() / "runs").string(), "--json"});
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == 0);
    const auto record = store::readRun(ended.json()["run"].text());
    REQUIRE(record);
    CHECK(record->problem.empty());
    CHECK(record->state == core::events::RunState::Completed);
    return *record;
}

std::string refused(const TempFolder& folder, const std::string& file)
{
    const std::string runs = (folder.path() / "runs").string();
    const Ended ended = cli({"runs", "import", file, "--runs", runs, "--json"});
    CHECK(ended.status == 3);
    // Half a run is none.
    const Ended listed = cli({"runs", "list", "--runs", runs, "--json"});
    CHECK(listed.json()["runs"].array().empty());
    const Value error = ended.json()["error"];
    return error["message"].text() + " | " + error["where"].text() + " | " + error["message"].text();
}

using Steps = std::vector<std::int64_t>;

}

TEST_CASE("import: a CSV of steps and scalars becomes a run that is listed, compared and exported")
{
    const TempFolder folder;
    const auto file = folder.file("log.csv", "epoch,step,time,train/loss,validation/loss,a//b\n"
                                             "0,0,1.7e9,1.5,,1\n0,4,1.7e9,nan,0.5,2\n1,8,1.7e9,0.25,inf,3\n");
    const store::RunRecord run = imported(folder, file.string());
    CHECK(run.scalars.at("train/loss").steps == Steps{0, 4, 8});
    CHECK(std::isnan(run.scalars.at("train/loss").values[1]));
    CHECK(run.scalars.at("validation/loss").steps == Steps{4, 8});
    CHECK(std::isinf(run.scalars.at("validation/loss").values[1]));
    CHECK(run.scalars.at("a/b").values == std::vector<double>{1, 2, 3});
    CHECK(run.scalars.size() == 3);
    const std::string runs = (folder.path() / "runs").string();
    const Ended listed = cli({"runs", "list", "--runs", runs, "--json"});
    const core::base::Array all = listed.json()["runs"].array();
    REQUIRE(all.size() == 1);
    CHECK(all[0]["status"].text() == "completed");
    CHECK(all[0]["steps"].toInt() == 9);
    const std::string again = imported(folder, file.string()).folder.string();
    const Ended compared = cli({"runs", "compare", run.folder.string(), again, "--json"});
    INFO(compared.err << compared.out);
    CHECK(compared.status == 0);
    const std::string out = (folder.path() / "out.csv").string();
    const Ended exported = cli({"export", run.folder.string(), "--to", "csv", out, "--json"});
    INFO(exported.err << exported.out);
    REQUIRE(exported.status == 0);
    // What was exported is a log again.
    const store::RunRecord third = imported(folder, out);
    CHECK(third.scalars.at("validation/loss").steps == run.scalars.at("validation/loss").steps);
    CHECK(third.scalars.at("validation/loss").values == run.scalars.at("validation/loss").values);
}

TEST_CASE("import: TensorBoard's own CSV is one scalar")
{
    const TempFolder folder;
    const auto file = folder.file("loss.csv", "Wall time,Step,Value\n1.7e9,3,2\n1.7e9,5,1\n");
    CHECK(imported(folder, file.string()).scalars.at("loss").steps == Steps{3, 5});
}

TEST_CASE("import: tensors of an npz are kept with their statistics, and arrays of one number are scalars")
{
    const TempFolder folder;
    if (!tests::runPython(folder,
                          "import numpy as np\n"
                          "r = np.random.default_rng(3)\n"
                          "w = {f'fc.weight@{s}': r.standard_normal((3, 4)).astype('f4') for s in (10, 0, 5)}\n"
                          "w['fc.weight@0'][1, 2] = np.nan\n"
                          "np.savez('t.npz', **w, **{'loss@0': np.float64(2.5), 'loss@5': np.array([1.5]),\n"
                          "  'loss@5@EVAL': np.float32(3), 'relu0_output_0@5': np.maximum(w['fc.weight@5'], 0),\n"
                          "  'ids@0': np.arange(4)})\n")) {
        WARN("no Python with numpy here");
        return;
    }
    const store::RunRecord run = imported(folder, (folder.path() / "t.npz").string());
    CHECK(run.tensors.at("fc.weight").steps == Steps{0, 5, 10});
    CHECK(run.tensors.at("fc.weight").columns.at("nan") == std::vector<double>{1, 0, 0});
    CHECK(run.tensors.at("fc.weight").columns.at("count")[0] == 12);
    CHECK(run.tensors.at("ids").columns.at("mean")[0] == 1.5);
    CHECK(run.scalars.at("loss").values == std::vector<double>{2.5, 1.5});
    CHECK(run.scalars.at("validation/loss").steps == Steps{5});
    const auto kept = store::RawReader::open(run.folder);
    REQUIRE(kept);
    CHECK(kept->index().at("fc.weight").size() == 3);
    CHECK(kept->index().at("fc.weight")[0].shape == Steps{3, 4});
    REQUIRE(tests::runPython(folder, "import h5py, numpy as np\n"
                                     "f = h5py.File('" +
                                         (run.folder / "run.h5").string() +
                                         "')\n"
                                         "z = np.load('t.npz')\n"
                                         "v = f['tensors/fc.weight/value'][:]\n"
                                         "for i, s in enumerate((0, 5, 10)):\n"
                                         "    assert np.array_equal(v[i], z[f'fc.weight@{s}'], equal_nan=True)\n"
                                         "p = f['tensors/fc.weight/p95'][1]\n"
                                         "assert abs(p - np.percentile(z['fc.weight@5'], 95)) < 1e-6\n"));
}

TEST_CASE("import: TensorBoard event files as torch writes them, alone or several in a folder")
{
    const TempFolder folder;
    // Records by hand, as tensorboard.summary.writer.record_writer makes them.
    const std::string script =
        "import struct\n"
        "def crc(d):\n"
        "    c = 0xffffffff\n"
        "    for b in d:\n"
        "        c ^= b\n"
        "        for _ in range(8): c = c >> 1 ^ (0x82f63b78 if c & 1 else 0)\n"
        "    c ^= 0xffffffff\n"
        "    return struct.pack('<I', ((c >> 15 | c << 17) + 0xa282ead8) & 0xffffffff)\n"
        "assert crc(b'123456789') == struct.pack('<I', ((0xe3069283 >> 15 | 0xe3069283 << 17) + 0xa282ead8) & "
        "0xffffffff)\n"
        "def rec(d):\n"
        "    n = struct.pack('<Q', len(d))\n"
        "    return n + crc(n) + d + crc(d)\n"
        "def value(tag, v): return b'\\x0a' + bytes([len(tag) + 7]) + b'\\x0a' + bytes([len(tag)]) + tag + b'\\x15' + "
        "struct.pack('<f', v)\n"
        "def event(step, *values):\n"
        "    s = b''.join(values)\n"
        "    return rec(b'\\x09' + struct.pack('<d', 1.7e9 + step) + b'\\x10' + bytes([step]) + b'\\x2a' + "
        "bytes([len(s)]) + s)\n"
        "first = rec(b'\\x09' + struct.pack('<d', 1.7e9) + b'\\x1a\\x0dbrain.Event:2')\n"
        "a = first + b''.join(event(s, value(b'Loss/train', 1 / (s + 1)), value(b'lr', .5)) for s in range(5))\n"
        "open('events.out.tfevents.1', 'wb').write(a + event(9, value(b'lr', 1))[:-3])\n"
        "import os; os.mkdir('logs')\n"
        "open('logs/events.out.tfevents.1', 'wb').write(a)\n"
        "open('logs/events.out.tfevents.2', 'wb').write(first + event(3, value(b'lr', .25)) + event(7, value(b'lr', "
        ".1)))\n"
        "b = bytearray(a); b[len(first) + 30] ^= 1\n"
        "open('damaged.tfevents', 'wb').write(bytes(b))\n";
    if (!tests::runPython(folder, script)) {
        WARN("no Python here");
        return;
    }
    CHECK(refused(folder, (folder.path() / "damaged.tfevents").string()).find("sum of a record is wrong at byte") !=
          std::string::npos);
    const store::RunRecord one = imported(folder, (folder.path() / "events.out.tfevents.1").string());
    CHECK(one.scalars.at("Loss/train").steps == Steps{0, 1, 2, 3, 4});
    CHECK(one.scalars.at("Loss/train").values[1] == 0.5);
    CHECK(one.scalars.at("lr").steps.back() == 4);
    CHECK(one.scalars.at("lr").times[2] == 1.7e9 + 2);
    // What a run that went back logged again counts as it was logged last.
    const store::RunRecord two = imported(folder, (folder.path() / "logs").string());
    CHECK(two.scalars.at("lr").steps == Steps{0, 1, 2, 3, 4, 7});
    CHECK(two.scalars.at("lr").values[3] == 0.25);
}

TEST_CASE("import: what is no log says what is wrong with it, and where")
{
    const TempFolder folder;
    const auto says = [&](const char* name, const std::string& content, const char* part) {
        const std::string told = refused(folder, folder.file(name, content).string());
        INFO(told);
        CHECK(told.find(part) != std::string::npos);
    };
    says("a.csv", "loss,accuracy\n1,2\n", "no column of steps");
    says("b.csv", "step,loss\n0,1\n1,low\n", "\"low\" of loss is no number");
    says("c.csv", "step,loss\n0,1\n1.5,1\n", "is no step");
    says("d.csv", "step,loss\n0,1,2\n", "3 cells");
    says("e.csv", "step,loss\n", "no numbers");
    says("f.csv", "", "empty");
    says("g.npz", "PK\x03\x04 nothing", "");
    CHECK(refused(folder, (folder.path() / "nowhere.csv").string()).find("nowhere.csv") != std::string::npos);
}

}
