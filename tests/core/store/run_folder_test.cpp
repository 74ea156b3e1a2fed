// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/store/recording.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tests::run_folder_test {

using namespace tests;
namespace fs = std::filesystem;

TEST_CASE("runs are numbered, and their names are made fit for folders")
{
    TempFolder folder;
    const auto id = [&](const std::string& name) {
        return store::RunFolder::create(folder.path(), name, sampleSpec())->id();
    };
    CHECK(id("Two Moons") == "two-moons-0001");
    CHECK(id("two moons") == "two-moons-0002");
    fs::create_directory(folder.path() / "two-moons-0041");
    CHECK(id("two_moons") == "two-moons-0042");
    CHECK(id("../../etc/passwd") == "etc-passwd-0001");
    CHECK(id("") == "run-0001");
    CHECK(id("\xc3\xa9\xc3\xa9") == "run-0002");
    CHECK(id(std::string(500, 'a')).size() == 65);
    CHECK(core::base::readJson(folder.path() / "two-moons-0001" / "spec.json").valueOr({}) == sampleSpec());
}

TEST_CASE("many writers making runs at once get one each")
{
    TempFolder folder;
    std::vector<std::string> ids(16);
    {
        std::vector<std::jthread> threads;
        for (std::string& id : ids)
            threads.emplace_back([&] { id = store::RunFolder::create(folder.path(), "race", sampleSpec())->id(); });
    }
    std::sort(ids.begin(), ids.end());
    CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
    CHECK(ids.back() == "race-0016");
}

TEST_CASE("a second writer is refused with the owner named, here and from another process")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    const fs::path path = run.path();
    const auto second = store::RunFolder::open(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == core::base::ErrorKind::Resource);
    CHECK(second.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
    CHECK(store::isBeingWritten(path));

    // Another descriptor of this process may come and go without the lock being lost.
    {
        std::ifstream(path / "run.lock").get();
    }
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(store::RunFolder::open(path) ? 1 : 0);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_FALSE(store::removeRun(path));
    CHECK_FALSE(store::repair(path));

    {
        const store::RunFolder gone = std::move(run);
    }
    CHECK_FALSE(store::isBeingWritten(path));
    const auto again = store::RunFolder::open(path);
    REQUIRE(again);
    CHECK(again->id() == path.filename());
}

TEST_CASE("the lock of a process that was killed is free")
{
    TempFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const auto run = store::RunFolder::create(folder.path(), "killed", sampleSpec());
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(store::RunFolder::open(folder.path() / "killed-0001"));
}

TEST_CASE("places where no run can be made are told")
{
    TempFolder folder;
    const fs::path file = folder.file("file", "");
    const auto inFile = store::RunFolder::create(file, "x", sampleSpec());
    REQUIRE_FALSE(inFile);
    CHECK(inFile.error().where.find("file") != std::string::npos);
    if (::getuid() != 0) {
        fs::create_directory(folder.path() / "sealed");
        ::chmod((folder.path() / "sealed").c_str(), 0555);
        const auto sealed = store::RunFolder::create(folder.path() / "sealed", "x", sampleSpec());
        REQUIRE_FALSE(sealed);
        CHECK(sealed.error().kind == core::base::ErrorKind::Resource);
        CHECK(sealed.error().advice.find("permissions") != std::string::npos);
    }
    CHECK_FALSE(store::RunFolder::open(folder.path()));
    CHECK_FALSE(store::RunFolder::open(folder.path() / "absent"));
}

TEST_CASE("a run is found by folder, by file in it, and by id")
{
    TempFolder folder;
    const fs::path path = newRun(folder.path()).path();
    CHECK(*store::findRun(path.string(), "/nowhere") == path);
    CHECK(*store::findRun((path / "spec.json").string(), "/nowhere") == path);
    CHECK(*store::findRun("two-moons-0001", folder.path()) == path);
    const auto none = store::findRun("two-moons-0009", folder.path());
    REQUIRE_FALSE(none);
    CHECK(none.error().kind == core::base::ErrorKind::Usage);
    CHECK(none.error().where.find("two-moons-0009") != std::string::npos);
    CHECK_FALSE(store::findRun("", folder.path()));
    CHECK_FALSE(store::findRun("..", folder.path()));
}

TEST_CASE("where runs go by default")
{
    const auto with = [](const char* runs, const char* data) {
        const char* const names[] = {"DESCENT_RUNS", "XDG_DATA_HOME", "HOME"};
        const char* const values[] = {runs, data, "/home/ada"};
        std::vector<std::string> before;
        for (int i = 0; i < 3; ++i) {
            const char* value = std::getenv(names[i]);
            before.push_back(value ? value : "");
            ::setenv(names[i], values[i], 1);
        }
        const fs::path found = store::defaultRuns();
        for (int i = 0; i < 3; ++i)
            before[std::size_t(i)].empty() ? ::unsetenv(names[i])
                                           : ::setenv(names[i], before[std::size_t(i)].c_str(), 1);
        return found.string();
    };
    CHECK(with("/data/runs", "/xdg") == "/data/runs");
    CHECK(with("", "/xdg") == "/xdg/descent/runs");
    CHECK(with("", "relative") == "/home/ada/.local/share/descent/runs");
    CHECK(with("", "") == "/home/ada/.local/share/descent/runs");
}

}
