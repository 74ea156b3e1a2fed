// SPDX-License-Identifier: GPL-3.0-or-later
// What a worker starts ends with it, in whatever session it is.
#include "core/jobs/descendants.h"
#include "core/jobs/process.h"
#include "tests/support/processes.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>

namespace tests::descendants_test {

using namespace core::jobs;

namespace {

// Starts a process in a session of its own, which tells its number and stays; then does the rest.
WorkerProcess leaving(const tests::TempFolder& folder, const std::string& rest, const std::string& before = {})
{
    const std::string script = "mkfifo told; " + before +
                               "setsid sh -c 'echo $$ > told; exec sleep 600' & read pid < told\n"
                               "echo $pid > pid.new; mv pid.new pid\n" +
                               rest;
    auto worker = WorkerProcess::start({.command = {"sh", "-c", script},
                                        .environment = {},
                                        .folder = folder.path(),
                                        .log = folder.path() / "log",
                                        .output = {}});
    REQUIRE(worker);
    return std::move(*worker);
}

int pidIn(const tests::TempFolder& folder)
{
    int pid = 0;
    REQUIRE(tests::until([&] { return bool(std::ifstream(folder.path() / "pid") >> pid); }));
    return pid;
}

}

TEST_CASE("what a script left in another session has gone when the script is known to have ended")
{
    const tests::TempFolder folder, other;
    WorkerProcess stays = leaving(other, "exec sleep 600");
    const int beside = pidIn(other);
    WorkerProcess worker = leaving(folder, "exit 3");
    REQUIRE(tests::until([&] { return worker.ended().has_value(); }));
    CHECK(worker.ended()->status == 3);
    CHECK_FALSE(tests::goes(pidIn(folder)));
    // Of another worker's nothing is touched.
    CHECK(tests::goes(beside));
    CHECK(tests::goes(stays.pid()));
}

TEST_CASE("a worker that is let go takes along what it has started in another session")
{
    const tests::TempFolder folder;
    int pid = 0;
    {
        const WorkerProcess worker = leaving(folder, "exec sleep 600");
        pid = pidIn(folder);
        REQUIRE(tests::goes(pid));
    }
    CHECK_FALSE(tests::goes(pid));
}

TEST_CASE("a job that a script handed to a cluster lives on, one of the caller's own cluster job does not")
{
    ::setenv("SLURM_JOB_ID", "77", 1);
    const auto left = [](const std::string& variable) {
        const tests::TempFolder folder;
        WorkerProcess worker = leaving(folder, "exit 0", "env " + variable + " ");
        REQUIRE(tests::until([&] { return worker.ended().has_value(); }));
        return pidIn(folder);
    };
    const int handed = left("SLURM_JOB_ID=770"), other = left("PBS_JOBID=77"), own = left("SLURM_JOB_ID=77"),
              named = left("NOT_SLURM_JOB_ID=1");
    ::unsetenv("SLURM_JOB_ID");
    for (const int pid : {handed, other}) {
        CHECK(tests::goes(pid));
        ::kill(pid, SIGKILL);
    }
    for (const int pid : {own, named})
        CHECK_FALSE(tests::goes(pid));
}

TEST_CASE("a worker's worker bears both marks, so that it ends with either")
{
    const std::string outer = newMark(), inner = newMark();
    CHECK(outer != inner);
    REQUIRE(::setenv(markVariable, outer.c_str(), 1) == 0);
    const std::string both = markedBy(inner);
    const tests::TempFolder folder;
    WorkerProcess worker = leaving(folder, "exec sleep 600");
    ::unsetenv(markVariable);
    CHECK(both == outer + inner);
    const int pid = pidIn(folder);
    killMarked(inner.c_str());
    CHECK(tests::goes(pid));
    killMarked(outer.c_str());
    CHECK_FALSE(tests::goes(pid));
    CHECK(tests::until([&] { return worker.ended().has_value(); }));
    CHECK(worker.ended()->signal == SIGKILL);
}

}
