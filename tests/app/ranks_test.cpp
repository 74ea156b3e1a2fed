// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks as processes: launched, asked to end, and started as torchrun starts them.
#include "tests/support/ranks.h"

#include <filesystem>
#include <unistd.h>

namespace fs = std::filesystem;
using core::base::Value;
using tests::cli;
using tests::cliCommand;
using tests::LaunchedRun;
using tests::Running;
using tests::TempFolder;

TEST_CASE("launched ranks end where one process with their rows ends")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    const std::string runs = (folder.path() / "runs").string();
    const Value two = cli({"launch", file, "--nproc", "2", "--runs", runs, "--json"}).json();
    const Value one = cli({"train", file, "--set", "train.batch_size=16", "--runs", runs, "--json"}).json();
    INFO(core::base::writeJson(two));
    CHECK(two["status"].text() == "completed");
    CHECK(two["world_size"].toInt() == 2);
    REQUIRE(two["ranks"].array().size() == 2);
    CHECK(two["ranks"].array()[1]["rank"].toInt() == 1);
    CHECK(two["ranks"].array()[0]["process"].toInt() != two["ranks"].array()[1]["process"].toInt());
    CHECK(two["steps"].toInt() == one["steps"].toInt());
    for (const auto& [name, value] : one["metrics"].object()) {
        INFO(name);
        CHECK(two["metrics"][name].toReal() == Approx(value.toReal()).margin(1e-4));
    }
    // Threads of one process are ranks as well, and end in the same bits.
    const Value threads = cli({"train", file, "--set", "distributed.strategy=ddp", "--set", "distributed.world_size=2",
                               "--runs", runs, "--json"})
                              .json();
    CHECK(threads["digest"].text() == two["digest"].text());
}

TEST_CASE("ranks listen on this machine alone")
{
    const LaunchedRun launched(2);
    for (const int pid : {launched.running.pid(), launched.others[0]}) {
        const std::set<std::string> listeners = tests::listenersOf(pid);
        CHECK_FALSE(listeners.empty());
        for (const std::string& listener : listeners)
            CHECK(tests::onLoopback(listener));
    }
    // What they learn from and what they say is for nobody else.
    CHECK((fs::status(launched.run()).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
          fs::perms::none);
}

TEST_CASE("SIGTERM ends all ranks with a checkpoint")
{
    LaunchedRun launched(2);
    launched.running.signal(SIGTERM);
    const tests::Ended ended = launched.running.wait();
    CHECK(ended.status == 143);
    CHECK(ended.json()["status"].text() == "interrupted");
    for (const int pid : launched.others)
        CHECK(tests::until([&] { return !tests::goes(pid); }, 10));
}

TEST_CASE("train takes its rank from the environment")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    // A port that was free a moment ago.
    const std::string port = std::to_string(20000 + ::getpid() % 20000);
    const auto command = [&](int rank) {
        std::vector<std::string> words{"/usr/bin/env",          "RANK=" + std::to_string(rank),
                                       "WORLD_SIZE=2",          "LOCAL_RANK=" + std::to_string(rank),
                                       "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port};
        for (const std::string& word :
             cliCommand({"train", file, "--runs", (folder.path() / "runs").string(), "--json"}))
            words.push_back(word);
        return words;
    };
    Running second(command(1)), first(command(0));
    const tests::Ended one = first.wait(), two = second.wait();
    INFO(one.err << two.err);
    CHECK(one.status == 0);
    CHECK(two.status == 0);
    CHECK(one.json()["world_size"].toInt() == 2);
    CHECK(two.json()["rank"].toInt() == 1);
    // Only the first records.
    CHECK(std::distance(fs::directory_iterator(folder.path() / "runs"), {}) == 1);
}
