// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks that are killed or hang, coordinators that die, and strangers at their doors.
#include "core/base/rng.h"
#include "core/store/run_record.h"
#include "tests/support/ranks.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <sys/socket.h>
#include <unistd.h>

namespace tests::rank_faults_test {

using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::LaunchedRun;

namespace {

// Enough steps that a run is still going when its first keyframe is seen.
constexpr int someEpochs = 400;
constexpr int fewEpochs = 120; ///< where a step takes longer

bool tells(const core::base::Array& notices, const std::string& words)
{
    for (const Value& each : notices)
        if ((each["message"].text() + " " + each["advice"].text()).find(words) != std::string::npos)
            return true;
    return false;
}

void checkGone(const LaunchedRun& launched)
{
    for (const int pid : launched.others)
        CHECK(tests::until([&] { return !tests::goes(pid); }, 20));
}

}

TEST_CASE("a killed rank is named, and the run stops with a checkpoint")
{
    LaunchedRun launched(3);
    ::kill(launched.others[1], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    CHECK(ended.status == 4);
    const std::string message = ended.json()["error"]["message"].text();
    INFO(message);
    CHECK(message.find("was lost (process " + std::to_string(launched.others[1])) != std::string::npos);
    checkGone(launched);
    REQUIRE(core::store::newestWhole(launched.run() / "checkpoints"));
    const Value shown = cli({"runs", "show", launched.run().string(), "--json"}).json();
    REQUIRE(shown["runs"].array().size() == 1);
    CHECK(shown["runs"].array()[0]["status"].text() == "interrupted");
    const auto record = core::store::readRun(launched.run());
    REQUIRE(record);
    REQUIRE(record->finished);
    CHECK(record->finished->trainSeconds > 0);
}

TEST_CASE("a new rank takes the place of a killed one, and the run ends in the bits of one that nothing happened to")
{
    LaunchedRun launched(2, {"distributed.on_failure=replace"}, someEpochs);
    ::kill(launched.others[0], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["ranks"].array().size() == 2);
    CHECK(ended.json()["ranks"].array()[1]["process"].toInt() != launched.others[0]);
    CHECK(ended.json()["digest"].text() == launched.undisturbed());
    CHECK(tells(launched.notices(), "rank 1 of 2 was lost (process " + std::to_string(launched.others[0])));
    CHECK(tells(launched.notices(), "Restart 1, 2 ranks go on from here"));
}

TEST_CASE("survivors share the rows of a killed rank")
{
    LaunchedRun launched(3, {"distributed.on_failure=survivors"}, someEpochs);
    ::kill(launched.others[0], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["ranks"].array().size() == 2);
    CHECK(ended.json()["steps"].toInt() == 5 * someEpochs); // 105 rows by 24: as many as before
    CHECK(tells(launched.notices(), "2 ranks go on from here"));
    // Three ranks train it again: up to the loss in its bits, and what parts them is named.
    const Value told = cli({"replay", launched.run().string(), "--json"}).json();
    CHECK_FALSE(told["identical"].toBool(true));
    CHECK(told["identical_through"].toInt() > 0);
    CHECK(told["first_difference"]["cause"].text() == "ranks");
}

TEST_CASE("ranks that share an optimizer's state go back to a keyframe that has all of it")
{
    LaunchedRun launched(2, {"distributed.on_failure=replace", "distributed.shard_optimizer=true"}, someEpochs);
    ::kill(launched.others[0], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["digest"].text() == launched.undisturbed());
    CHECK(tells(launched.notices(), "Restart 1, 2 ranks go on from here"));
}

TEST_CASE("a lost stage of a pipeline is replaced from the last keyframe")
{
    LaunchedRun launched(2, {"distributed.strategy=pipeline", "distributed.on_failure=replace"}, fewEpochs);
    ::kill(launched.others[0], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["ranks"].array()[1]["process"].toInt() != launched.others[0]);
    CHECK(ended.json()["digest"].text() == launched.undisturbed());
    CHECK(tells(launched.notices(), "rank 1 of 2 was lost (process " + std::to_string(launched.others[0])));
}

TEST_CASE("a pipeline that stops at the loss of a stage is gone on with from its last keyframe")
{
    LaunchedRun launched(2, {"distributed.strategy=pipeline"}, fewEpochs);
    ::kill(launched.others[0], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    CHECK(ended.status == 4);
    CHECK(ended.json()["error"]["message"].text().find("was lost (process " + std::to_string(launched.others[0])) !=
          std::string::npos);
    REQUIRE(core::store::newestWhole(launched.run() / "checkpoints"));
    const Ended again = cli(launched.arguments);
    INFO(again.err);
    REQUIRE(again.status == 0);
    CHECK(again.json()["run"].text() == launched.run().string());
    CHECK(again.json()["digest"].text() == launched.undisturbed());
}

TEST_CASE("after the last restart the run stops")
{
    LaunchedRun launched(2, {"distributed.on_failure=replace", "distributed.max_restarts=1"});
    const int first = launched.others[0];
    ::kill(first, SIGKILL);
    std::vector<int> now;
    REQUIRE(tests::until([&] {
        now = tests::childrenOf(launched.running.pid());
        return now.size() == 1 && now[0] != first &&
               launched.running.errorsSoFar().find("Restart 1") != std::string::npos;
    }));
    ::kill(now[0], SIGKILL);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    CHECK(ended.status == 4);
    CHECK(ended.json()["error"]["message"].text().find("process " + std::to_string(now[0])) != std::string::npos);
}

TEST_CASE("a rank that hangs is named at the timeout, killed and replaced")
{
    LaunchedRun launched(2, {"distributed.on_failure=replace", "distributed.timeout_s=2"}, someEpochs);
    ::kill(launched.others[0], SIGSTOP);
    const Ended ended = launched.running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(tells(launched.notices(), "hung for longer") == false);
    CHECK(tells(launched.notices(), "was lost (process " + std::to_string(launched.others[0])));
    checkGone(launched);
}

TEST_CASE("no rank outlives the one that started it, not even one that is stopped; the run goes on where it stood")
{
    LaunchedRun launched(3, {}, someEpochs);
    ::kill(launched.others[0], SIGSTOP);
    launched.running.signal(SIGKILL);
    launched.running.wait();
    checkGone(launched);
    const Ended again = cli(launched.arguments);
    INFO(again.err);
    REQUIRE(again.status == 0);
    CHECK(again.json()["run"].text() == launched.run().string());
    CHECK(again.json()["steps"].toInt() == 5 * someEpochs);
}

TEST_CASE("garbage at the ports of ranks does not disturb their training")
{
    LaunchedRun launched(2);
    std::vector<int> ports;
    for (const int pid : {launched.running.pid(), launched.others[0]})
        for (const std::string& listener : tests::listenersOf(pid))
            ports.push_back(tests::portOf(listener));
    REQUIRE(ports.size() == 3); // the store, and Gloo at each rank
    const core::base::Draw draw(7, "garbage");
    std::uint64_t number = 0;
    std::vector<int> open;
    for (int connection = 0; connection < 300; ++connection) {
        const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(std::uint16_t(ports[std::size_t(connection) % ports.size()]));
        REQUIRE(::connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        // Half of them begin as a client of a store does: a query's number, then lengths.
        std::string bytes(std::size_t(draw.below(number++, 200)), '\0');
        for (char& each : bytes)
            each = char(draw.below(number++, 256));
        if (connection % 2 == 0)
            for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 9); ++i)
                bytes[i] = i == 0 ? char(draw.below(number++, 20)) : char(0);
        (void)::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (connection % 3 == 0)
            open.push_back(file); // says no more and stays
        else
            ::close(file);
    }
    const std::int64_t before = launched.step();
    CHECK(tests::until([&] { return launched.step() > before + 1 || !launched.running.going(); }));
    INFO(launched.running.errorsSoFar());
    CHECK(launched.running.going());
    CHECK(tests::goes(launched.others[0]));
    for (const int file : open)
        ::close(file);
    launched.running.signal(SIGTERM);
    CHECK(launched.running.wait().status == 143);
}

}
