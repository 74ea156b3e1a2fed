// SPDX-License-Identifier: GPL-3.0-or-later
// The n-th write, sync, rename or creation of a file fails, for n = 1, 2, 3, … until nothing is left to fail.
#include "tests/core/store/recording.h"

#include "core/store/checkpoint.h"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tests::faults_test {

namespace {

struct Faults {
    std::atomic<long> left{-1}; ///< calls until one fails; -1: none does
    bool forever = false;       ///< all behind it fail too
    bool halves = false;        ///< writes that fail write a half instead
    int code = EIO;
    bool dies = false; ///< instead of failing it ends the process
    bool struck = false;
    pthread_t thread{};
    pid_t process = 0;

    /// True if this call is to fail.
    bool strike()
    {
        if (left < 0 || process != ::getpid() || !::pthread_equal(thread, ::pthread_self()))
            return false;
        if (left > 0) {
            --left;
            return false;
        }
        if (dies)
            ::_exit(9);
        struck = true;
        if (!forever)
            left = -1;
        errno = code;
        return true;
    }
};
Faults faults;

template <class Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

template <class... Args>
ssize_t writeOrFail(const char* name, int file, const void* bytes, size_t size, Args... place)
{
    static auto* const real = next<ssize_t(int, const void*, size_t, Args...)>(name);
    if (file > 2 && size > 0 && faults.strike()) {
        if (!faults.halves || size < 2)
            return -1;
        size /= 2;
    }
    return real(file, bytes, size, place...);
}

template <class... Args>
int callOrFail(const char* name, Args... args)
{
    static auto* const real = next<int(Args...)>(name);
    return faults.strike() ? -1 : real(args...);
}

}

// These stand before the C library's, for the libraries of this program too.
extern "C" {
ssize_t write(int file, const void* bytes, size_t size)
{
    return writeOrFail("write", file, bytes, size);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t place)
{
    return writeOrFail("pwrite", file, bytes, size, place);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t place)
{
    return writeOrFail("pwrite64", file, bytes, size, place);
}
int fsync(int file)
{
    return callOrFail("fsync", file);
}
int fdatasync(int file)
{
    return callOrFail("fdatasync", file);
}
int ftruncate(int file, off_t size) noexcept
{
    return callOrFail("ftruncate", file, size);
}
int ftruncate64(int file, off64_t size) noexcept
{
    return callOrFail("ftruncate64", file, size);
}
int rename(const char* from, const char* to) noexcept
{
    return callOrFail("rename", from, to);
}
int mkdir(const char* path, mode_t mode) noexcept
{
    return callOrFail("mkdir", path, mode);
}
int open(const char* path, int flags, ...)
{
    static auto* const real = next<int(const char*, int, ...)>("open");
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return flags & O_CREAT && faults.strike() ? -1 : real(path, flags, mode);
}
}

using namespace tests;
namespace fs = std::filesystem;

namespace {

struct Kind {
    const char* name;
    int code;
    bool forever;
    bool halves;
};
const Kind kinds[] = {{"a full disk", ENOSPC, true, false},
                      {"one error", EIO, false, false},
                      {"errors from then on", EIO, true, false},
                      {"an interruption", EINTR, false, false},
                      {"a half write", ENOSPC, false, true}};

// Runs `work` with the n-th call failing; false once nothing failed any more.
template <class Work>
bool failing(const Kind& kind, long n, Work work)
{
    faults.code = kind.code;
    faults.forever = kind.forever;
    faults.halves = kind.halves;
    faults.struck = false;
    faults.thread = ::pthread_self();
    faults.process = ::getpid();
    faults.left = n;
    work();
    faults.left = -1;
    return faults.struck;
}

void play(const fs::path& runs, const Kind& kind, bool liveView)
{
    for (long n = 0;; ++n) {
        INFO(kind.name << ", call " << n << (liveView ? ", live view" : ""));
        auto run = newRun(runs);
        auto recorder = openRecorder(run, byHand(liveView));
        recorder->onEvent(sampleOpening(run));
        recordSteps(*recorder, 0, 10);
        REQUIRE(recorder->sync());
        bool synced = false, finished = false, tellsTrouble = false;
        const bool struck = failing(kind, n, [&] {
            recordSteps(*recorder, 10, 20);
            synced = bool(recorder->sync());
            tellsTrouble = recorder->trouble().has_value();
            if (!kind.forever || synced)
                finished = bool(recorder->finish());
        });
        CHECK(tellsTrouble == !synced);
        // As if the program had ended here: what was acknowledged is there, and nothing that was not recorded.
        const auto now = store::readRun(run.path());
        REQUIRE(now);
        const auto steps = std::int64_t(now->scalars.at("train/loss").steps.size());
        REQUIRE(steps >= (synced ? 20 : 10));
        REQUIRE(holdsSteps(*now, steps));
        REQUIRE(now->problem.empty());
        // With the disk in order again nothing is lost.
        if (!finished) {
            REQUIRE(recorder->sync());
            CHECK_FALSE(recorder->trouble());
            REQUIRE(recorder->finish());
        }
        const auto end = store::readRun(run.path());
        REQUIRE(end);
        REQUIRE(holdsSteps(*end, 20));
        recorder.reset();
        fs::remove_all(run.path());
        if (!struck)
            return;
        REQUIRE(n < 2000);
    }
}

}

TEST_CASE("whichever write of a recorder fails, nothing is lost that was acknowledged")
{
    TempFolder folder;
    for (const Kind& kind : kinds)
        play(folder.path(), kind, false);
}

TEST_CASE("whichever write of the live view fails, the journal has everything")
{
    TempFolder folder;
    play(folder.path(), kinds[0], true);
    play(folder.path(), kinds[1], true);
}

TEST_CASE("whichever write of a checkpoint fails, the one before is whole and the error names the file")
{
    TempFolder folder;
    const float weights[3] = {1, 2, 3};
    const auto write = [&](std::int64_t step) {
        return store::writeCheckpoint(folder.path(), step, core::base::Object{{"step", step}},
                                      {{"model/w", "F32", {3}, weights, sizeof weights}});
    };
    REQUIRE(write(1));
    for (const Kind& kind : kinds)
        for (long n = 0;; ++n) {
            INFO(kind.name << ", call " << n);
            core::base::Result<store::CheckpointFile> written = core::base::Error{};
            const bool struck = failing(kind, n, [&] { written = write(2); });
            const auto newest = store::newestWhole(folder.path());
            REQUIRE(newest);
            // After the rename only the folder's sync can fail: the new one is there, but not acknowledged.
            REQUIRE((newest->step == 2 || (!written && newest->step == 1)));
            if (!written) {
                CHECK(written.error().where.find(folder.path().string()) != std::string::npos);
                CHECK(written.error().kind == core::base::ErrorKind::Resource);
            }
            fs::remove(folder.path() / "step-000000000002.safetensors");
            CHECK_FALSE(fs::exists(folder.path() / "step-000000000002.safetensors.tmp"));
            if (!struck)
                break;
            REQUIRE(n < 100);
        }
}

TEST_CASE("whichever write of a new run's folder fails, there is a run or none")
{
    TempFolder folder;
    for (long n = 0;; ++n) {
        const fs::path runs = folder.path() / std::to_string(n);
        core::base::Result<store::RunFolder> run = core::base::Error{};
        const bool struck = failing(kinds[0], n, [&] { run = store::RunFolder::create(runs, "x", sampleSpec()); });
        INFO(n);
        // Nothing but the text of the lock, which is for people, may fail unseen.
        CHECK(store::listRuns(runs).size() == (run ? 1 : 0));
        if (run)
            CHECK(core::base::readJson(run->path() / "spec.json").valueOr({}) == sampleSpec());
        if (!struck)
            break;
        REQUIRE(n < 100);
    }
}

TEST_CASE("wherever the making of a run's folder is broken off, there is a run or none")
{
    TempFolder folder;
    int status = 0;
    for (long n = 0; n == 0 || WEXITSTATUS(status) == 9; ++n) {
        const fs::path runs = folder.path() / std::to_string(n);
        const pid_t child = ::fork();
        if (child == 0) {
            faults.dies = true;
            failing(kinds[0], n, [&] { (void)store::RunFolder::create(runs, "x", sampleSpec()); });
            ::_exit(0);
        }
        REQUIRE(::waitpid(child, &status, 0) == child);
        INFO(n);
        for (const store::RunSummary& run : store::listRuns(runs))
            CHECK(run.problem.empty());
        REQUIRE(n < 100);
    }
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("whichever write of opening an ended run fails, it can be opened afterwards")
{
    TempFolder folder;
    auto run = newRun(folder.path());
    {
        auto recorder = openRecorder(run, byHand());
        recorder->onEvent(sampleOpening(run));
        recordSteps(*recorder, 0, 10);
        recorder->onEvent(sampleEnd(10));
        REQUIRE(recorder->finish());
    }
    for (long n = 0;; ++n) {
        INFO(n);
        fs::remove_all(folder.path() / "copy");
        fs::copy(run.path(), folder.path() / "copy", fs::copy_options::recursive);
        auto copy = store::RunFolder::open(folder.path() / "copy");
        REQUIRE(copy);
        bool opened = false;
        const bool struck = failing(kinds[1], n, [&] { opened = bool(store::Recorder::open(*copy, byHand())); });
        REQUIRE(holdsSteps(*store::readRun(copy->path()), 10));
        REQUIRE(holdsSteps((openRecorder(*copy, byHand()), *store::readRun(copy->path())), 10));
        if (!struck) {
            CHECK(opened);
            break;
        }
        REQUIRE(n < 100);
    }
}

}
