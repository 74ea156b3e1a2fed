// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <sys/mount.h>

namespace tests::disk_test {

using tests::TempFolder;

namespace {

const std::string experiment =
    R"({"name": "full", "data": {"source": "two-moons"}, "model": {"kind": "mlp", "hidden": [32, 32]},
    "train": {"epochs": 400, "threads": 1, "checkpoint": {"every_steps": 50}}})";

// A file system of a few megabytes; gone with the object. Needs root.
class SmallDisk {
public:
    explicit SmallDisk(const std::filesystem::path& where, const std::string& size) : m_where(where)
    {
        std::filesystem::create_directories(where);
        m_mounted = ::mount("tmpfs", where.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    }
    ~SmallDisk()
    {
        if (m_mounted)
            ::umount2(m_where.c_str(), MNT_DETACH);
    }
    bool mounted() const { return m_mounted; }

private:
    std::filesystem::path m_where;
    bool m_mounted = false;
};

}

TEST_CASE("a full disk pauses the run, and it goes on to the same end when there is room")
{
    const TempFolder folder;
    const SmallDisk disk(folder.path() / "runs", "4m");
    if (!disk.mounted()) {
        WARN("skipped: mounting a small file system needs root");
        return;
    }
    const auto file = folder.file("m.experiment.json", experiment);
    const auto ballast = folder.path() / "runs" / "ballast";
    std::ofstream(ballast) << std::string(std::size_t(3900) << 10, 'x');
    tests::Running run(tests::cliCommand({"train", file, "--runs", folder.path() / "runs", "--json"}));
    const auto paused = [&] { return run.errorsSoFar().find("paused") != std::string::npos || !run.going(); };
    REQUIRE(tests::until(paused, 60));
    REQUIRE(run.going());
    std::filesystem::remove(ballast);
    const tests::Ended ended = run.wait(120);
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.err.find("No space left") != std::string::npos);
    const tests::Ended plain = tests::cli({"train", file, "--runs", folder.path() / "elsewhere", "--json"});
    REQUIRE(plain.status == 0);
    CHECK(ended.json()["digest"].text() == plain.json()["digest"].text());
    CHECK(ended.json()["steps"].toInt() == plain.json()["steps"].toInt());
}

TEST_CASE("a run that waits for room can be interrupted, and goes on from its checkpoint")
{
    const TempFolder folder;
    const auto runs = folder.path() / "runs";
    const SmallDisk disk(runs, "4m");
    if (!disk.mounted()) {
        WARN("skipped: mounting a small file system needs root");
        return;
    }
    const auto file = folder.file("m.experiment.json", experiment);
    const auto ballast = runs / "ballast";
    std::ofstream(ballast) << std::string(std::size_t(3900) << 10, 'x');
    tests::Running run(tests::cliCommand({"train", file, "--runs", runs, "--json"}));
    REQUIRE(tests::until([&] { return run.errorsSoFar().find("paused") != std::string::npos || !run.going(); }));
    REQUIRE(run.going());
    run.signal(SIGTERM);
    const tests::Ended ended = run.wait(30);
    INFO(ended.err);
    CHECK(ended.status == 143);
    CHECK(ended.json()["status"].text() == "interrupted");
    CHECK(ended.err.find("Free at least") != std::string::npos);
    std::filesystem::remove(ballast);
    const tests::Ended resumed = tests::cli({"train", file, "--runs", runs, "--resume", "auto", "--json"});
    INFO(resumed.err);
    REQUIRE(resumed.status == 0);
    CHECK(resumed.json()["run"].text() == ended.json()["run"].text());
    const tests::Ended plain = tests::cli({"train", file, "--runs", folder.path() / "elsewhere", "--json"});
    CHECK(resumed.json()["digest"].text() == plain.json()["digest"].text());
}

TEST_CASE("a folder that cannot be written is told before anything is trained")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", experiment);
    folder.file("file", "not a folder");
    const tests::Ended ended = tests::cli({"train", file, "--runs", folder.path() / "file" / "runs", "--json"});
    CHECK(ended.status == 5);
    const core::base::Value error = ended.json()["error"];
    CHECK(error["kind"].text() == "resource");
    CHECK(error["where"].text().find("file") != std::string::npos);
}

TEST_CASE("an answer that standard output does not take is told")
{
    const auto listed = [](const std::string& into) {
        const std::vector<std::string> command = tests::cliCommand({"schema"});
        std::string line;
        for (const std::string& word : command)
            line += "'" + word + "' ";
        return tests::Running({"sh", "-c", line + into}).wait();
    };
    const tests::Ended full = listed(">/dev/full");
    CHECK(full.status == 5);
    CHECK(full.err.find("standard output") != std::string::npos);
    // Who reads only the beginning wants no more of it.
    const tests::Ended read = listed("| head -c 1");
    CHECK(read.err.empty());
}

}
