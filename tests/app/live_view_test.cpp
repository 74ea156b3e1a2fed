// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <sstream>

namespace tests::live_view_test {

using tests::TempFolder;

TEST_CASE("h5py follows a live run, and every value it saw stays")
{
    const std::string python = tests::python();
    if (python.empty()) {
        WARN("skipped: no Python with h5py; tests/run installs it");
        return;
    }
    const TempFolder folder;
    const auto file =
        folder.file("m.experiment.json",
                    R"({"name": "live", "data": {"source": "two-moons"}, "train": {"epochs": 100000, "threads": 1}})");
    tests::Running run(tests::cliCommand({"train", file, "--runs", folder.path() / "runs"}));
    const auto view = folder.path() / "runs" / "live-0001" / "run.h5";
    REQUIRE(tests::until([&] { return std::filesystem::exists(view) || !run.going(); }));
    tests::Running follower({"/usr/bin/env", python, DESCENT_SOURCE_DIR "/tests/app/follow.py", view, "train/loss"});
    const tests::Ended followed = follower.wait(90);
    INFO(followed.out << followed.err);
    REQUIRE(followed.status == 0);
    std::istringstream last(followed.out.substr(followed.out.rfind("result ") + 7));
    int growths = 0, points = 0, wrong = -1;
    last >> growths >> points >> wrong;
    CHECK(growths >= 3);
    CHECK(points > 100);
    CHECK(wrong == 0);
    run.signal(SIGTERM);
    CHECK(run.wait(30).status == 143);
}

TEST_CASE("the view of a finished run opens plainly and holds every step")
{
    const std::string python = tests::python();
    if (python.empty()) {
        WARN("skipped: no Python with h5py; tests/run installs it");
        return;
    }
    const TempFolder folder;
    const auto file =
        folder.file("m.experiment.json",
                    R"({"name": "done", "data": {"source": "two-moons"}, "train": {"epochs": 4, "threads": 1}})");
    REQUIRE(tests::cli({"train", file, "--runs", folder.path() / "runs"}).status == 0);
    const std::string view = folder.path() / "runs" / "done-0001" / "run.h5";
    const std::string script = "import h5py,sys; f=h5py.File(sys.argv[1]); s=f['/scalars/train/loss']; "
                               "print(list(s['step'][:])==list(range(len(s['value']))), f.attrs['status'], "
                               "len(f['/scalars/validation/loss/value']), "
                               "f['/scalars/train/lr/time'].dtype, s['value'].compression)";
    const tests::Ended read = tests::Running({"/usr/bin/env", python, "-c", script, view}).wait();
    INFO(read.err);
    CHECK(read.out == "True completed 4 float64 gzip\n");
}

}
