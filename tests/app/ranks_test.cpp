// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks as processes: launched, asked to end, and started as torchrun starts them.
#include "tests/support/ranks.h"

#include <filesystem>
#include <set>
#include <unistd.h>

namespace tests::ranks_test {

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
    // So do those that share no memory and have Gloo alone.
    std::vector<std::string> apart = cliCommand({"launch", file, "--nproc", "2", "--runs", runs, "--json"});
    apart.insert(apart.begin(), {"env", "DESCENT_SHM_DISABLE=1"});
    CHECK(Running(apart).wait().json()["digest"].text() == two["digest"].text());
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

namespace {

std::vector<std::string> within(std::vector<std::string> environment, const std::vector<std::string>& arguments)
{
    environment.insert(environment.begin(), "/usr/bin/env");
    // A port that was free a moment ago.
    environment.push_back("MASTER_PORT=" + std::to_string(20000 + ::getpid() % 20000));
    for (const std::string& word : cliCommand(arguments))
        environment.push_back(word);
    return environment;
}

// By names as torchrun sets them.
std::vector<std::string> ranked(int rank, const std::vector<std::string>& arguments)
{
    return within({"RANK=" + std::to_string(rank), "WORLD_SIZE=2", "LOCAL_RANK=" + std::to_string(rank),
                   "MASTER_ADDR=127.0.0.1"},
                  arguments);
}

// As Open MPI starts a rank.
std::vector<std::string> ofMpi(int rank, const std::vector<std::string>& arguments)
{
    return within({"OMPI_COMM_WORLD_RANK=" + std::to_string(rank), "OMPI_COMM_WORLD_SIZE=2",
                   "OMPI_COMM_WORLD_LOCAL_RANK=" + std::to_string(rank), "OMPI_COMM_WORLD_LOCAL_SIZE=2",
                   "PMIX_NAMESPACE=test"},
                  arguments);
}

}

TEST_CASE("train takes its rank from the environment")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    const std::vector<std::string> words{"train", file, "--runs", (folder.path() / "runs").string(), "--json"};
    Running second(ranked(1, words)), first(ranked(0, words));
    const tests::Ended one = first.wait(), two = second.wait();
    INFO(one.err << two.err);
    CHECK(one.status == 0);
    CHECK(two.status == 0);
    CHECK(one.json()["world_size"].toInt() == 2);
    CHECK(two.json()["rank"].toInt() == 1);
    // Only the first records.
    CHECK(std::distance(fs::directory_iterator(folder.path() / "runs"), {}) == 1);
}

TEST_CASE("where a starter gathers what all ranks write, the first answers for all")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    const std::vector<std::string> words{"train", file, "--runs", (folder.path() / "runs").string(), "--json"};
    {
        Running second(ofMpi(1, words)), first(ofMpi(0, words));
        const tests::Ended one = first.wait(), two = second.wait();
        INFO(one.err << two.err);
        CHECK(one.status == 0);
        CHECK(two.status == 0);
        CHECK(one.json()["ranks"].array().size() == 2);
        CHECK(two.out.empty());
    }
    // So it is with what is wrong; standard error says it for each.
    std::vector<std::string> wrong = words;
    wrong.insert(wrong.end(), {"--set", "train.epochs=-1"});
    Running second(ofMpi(1, wrong)), first(ofMpi(0, wrong));
    const tests::Ended one = first.wait(), two = second.wait();
    CHECK(one.json()["error"]["where"].text() == "/train/epochs");
    CHECK(two.out.empty());
    CHECK(two.status == one.status);
    CHECK(two.err.find("/train/epochs") != std::string::npos);
}

TEST_CASE("stages, shares of an optimizer and compressed gradients are the same among processes and threads")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    const std::string runs = (folder.path() / "runs").string();
    const auto with = [&](std::vector<std::string> words, const std::vector<std::string>& settings) {
        // Wide enough that thin matrices are smaller.
        words.insert(words.end(), {"--runs", runs, "--json", "--set", "model.hidden=[32,32]"});
        for (const std::string& each : settings)
            words.insert(words.end(), {"--set", each});
        return words;
    };
    const auto digestOf = [](const tests::Ended& ended) {
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.json()["digest"].text();
    };
    const std::vector<std::vector<std::string>> ways{{"distributed.strategy=pipeline"},
                                                     {"distributed.strategy=pipeline", "distributed.schedule=gpipe"},
                                                     {"distributed.shard_optimizer=true"},
                                                     {"distributed.compression=fp16"},
                                                     {"distributed.compression=powersgd"}};
    std::set<std::string> digests;
    for (const std::vector<std::string>& way : ways) {
        INFO(way.back());
        const tests::Ended launched = cli(with({"launch", file, "--nproc", "2"}, way));
        const std::string digest = digestOf(launched);
        CHECK(launched.json()["ranks"].array().size() == 2);
        std::vector<std::string> inThreads = way;
        if (!way.front().starts_with("distributed.strategy"))
            inThreads.push_back("distributed.strategy=ddp");
        inThreads.push_back("distributed.world_size=2");
        CHECK(digestOf(cli(with({"train", file}, inThreads))) == digest);
        digests.insert(digest);
    }
    // Both orders of a pipeline's work end in the same bits.
    CHECK(digests.size() == ways.size() - 1);

    Running second(ranked(1, with({"train", file}, ways.front()))),
        first(ranked(0, with({"train", file}, ways.front())));
    const tests::Ended one = first.wait(), two = second.wait();
    INFO(two.err);
    CHECK(two.status == 0);
    CHECK(digests.contains(digestOf(one)));
    CHECK(fs::exists(fs::path(one.json()["run"].text()) / "pipeline.json"));
}

TEST_CASE("launch says whether a training fits in memory, and trains nothing")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    const std::string runs = (folder.path() / "runs").string();
    const tests::Ended small = cli({"launch", file, "--nproc", "2", "--estimate", "--runs", runs, "--json"});
    INFO(small.err);
    REQUIRE(small.status == 0);
    CHECK(small.json()["fits"].toBool());
    CHECK(small.json()["bytes"].toInt() > 0);
    CHECK(small.json()["ranks"].toInt() == 2);
    CHECK(small.json()["together"].toInt() == 2 * small.json()["bytes"].toInt());
    const tests::Ended large =
        cli({"launch", file, "--estimate", "--runs", runs, "--json", "--set", "model.hidden=[1000000,1000000]"});
    INFO(large.err);
    REQUIRE(large.status == 0);
    CHECK_FALSE(large.json()["fits"].toBool(true));
    CHECK_FALSE(fs::exists(runs));
}

}
