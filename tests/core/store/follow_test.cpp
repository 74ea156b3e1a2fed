// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/store/recording.h"

#include <cstdlib>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tests::follow_test {

using namespace tests;
namespace fs = std::filesystem;

namespace {

// A Python that answers a line for each line.
class Python {
public:
    explicit Python(const fs::path& file)
    {
        int in[2], out[2];
        REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
        const std::string script = std::string(DESCENT_SOURCE_DIR) + "/tests/core/store/follow.py";
        m_child = ::fork();
        if (m_child == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            if (const char* path = std::getenv("DESCENT_TEST_PYTHONPATH"))
                ::setenv("PYTHONPATH", path, 1);
            ::execlp("python3", "python3", script.c_str(), file.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        m_to = in[1];
        m_from = out[0];
    }
    ~Python()
    {
        ::close(m_to);
        ::close(m_from);
        int status = 0;
        ::waitpid(m_child, &status, 0);
    }

    std::string ask(const std::string& line)
    {
        const std::string text = line + '\n';
        std::string answer;
        if (::write(m_to, text.data(), text.size()) != ssize_t(text.size()))
            return "no answer";
        for (char c = 0; ::read(m_from, &c, 1) == 1 && c != '\n';)
            answer += c;
        return answer;
    }

private:
    pid_t m_child = -1;
    int m_to = -1, m_from = -1;
};

bool hasH5py()
{
    ::signal(SIGPIPE, SIG_IGN);
    const char* path = std::getenv("DESCENT_TEST_PYTHONPATH");
    const std::string command =
        "PYTHONPATH='" + std::string(path ? path : "") + "' python3 -c 'import h5py' 2>/dev/null";
    if (std::system(command.c_str()) == 0)
        return true;
    WARN("skipped: python3 has no h5py (DESCENT_TEST_PYTHONPATH names where it is)");
    return false;
}

}

TEST_CASE("h5py follows a live run, and reads it after its end")
{
    if (!hasH5py())
        return;
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, byHand(true));
    recorder->onEvent(sampleOpening(run));
    REQUIRE(recorder->sync());
    Python python(run.view());
    REQUIRE(python.ask("see 0") == "ok");
    std::int64_t steps = 0;
    for (const std::int64_t more : {1, 9, 500, 2048, 5000, 1}) {
        recordSteps(*recorder, steps, steps + more);
        steps += more;
        REQUIRE(recorder->sync());
        REQUIRE(python.ask("see " + std::to_string(steps)) == "ok");
    }
    recorder->onScalars(validationRow(10));
    recorder->onEvent(events::Edited{3, "train.optimizer.lr", 0.1, 0.01});
    recorder->onEvent(sampleEnd(steps));
    REQUIRE(recorder->finish());
    // Who followed the live file still can read it; the new one is complete.
    CHECK(python.ask("see " + std::to_string(steps)) == "ok");
    CHECK(python.ask("final " + std::to_string(steps)) == "ok");
}

TEST_CASE("h5py never sees a wrong value while the recorder's thread writes")
{
    if (!hasH5py())
        return;
    TempFolder folder;
    auto run = newRun(folder.path());
    auto recorder = openRecorder(run, {true, 0.001, 0.1, 0.001});
    recorder->onEvent(sampleOpening(run));
    REQUIRE(recorder->sync());
    Python python(run.view());
    for (std::int64_t steps = 0, round = 0; round < 150; ++round) {
        recordSteps(*recorder, steps, steps + 400);
        steps += 400;
        INFO(round);
        REQUIRE(python.ask("check 0") == "ok");
    }
}

TEST_CASE("h5py reads what a writer left that was killed, and goes on when the run is resumed")
{
    if (!hasH5py())
        return;
    TempFolder folder;
    const fs::path path = [&] {
        auto run = newRun(folder.path());
        const pid_t child = ::fork();
        if (child == 0) {
            auto recorder = store::Recorder::open(run, byHand(true));
            (*recorder)->onEvent(sampleOpening(run));
            if (!(*recorder)->sync())
                ::_exit(1);
            recordSteps(**recorder, 0, 3000);
            if (!(*recorder)->sync())
                ::_exit(1);
            ::raise(SIGKILL);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        return run.path();
    }();
    Python before(path / "run.h5");
    CHECK(before.ask("see 3000") == "ok");
    auto run = store::RunFolder::open(path);
    REQUIRE(run);
    auto recorder = openRecorder(*run, byHand(true));
    recorder->rewindTo(2500);
    recorder->onEvent(sampleOpening(*run));
    REQUIRE(recorder->sync());
    Python after(path / "run.h5");
    CHECK(after.ask("see 2500") == "ok");
    recordSteps(*recorder, 2500, 4000);
    REQUIRE(recorder->sync());
    CHECK(after.ask("see 4000") == "ok");
    CHECK(before.ask("see 3000") == "ok");
}

}
