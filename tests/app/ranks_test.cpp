// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks as processes: launched, killed, orphaned, and started as torchrun starts them.
#include "core/base/files.h"
#include "core/store/checkpoint.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>

namespace fs = std::filesystem;
using core::base::Value;
using tests::cli;
using tests::cliCommand;
using tests::Running;
using tests::TempFolder;

namespace {

const std::string experiment = R"({"name": "spread", "data": {"source": "two-moons", "rows": 150},
    "model": {"kind": "mlp", "hidden": [12], "norm": "batch"},
    "train": {"epochs": 4, "batch_size": 8, "optimizer": {"kind": "adam", "lr": 0.01, "eps": 1e-3}, "threads": 1, "seed": 3}})";

std::string textOf(const fs::path& file)
{
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

// Processes whose parent is `pid`.
std::vector<int> childrenOf(int pid)
{
    std::vector<int> children;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != name.npos)
            continue;
        const std::string stat = textOf(entry.path() / "stat");
        const std::size_t end = stat.rfind(')');
        if (end == stat.npos)
            continue;
        std::istringstream rest(stat.substr(end + 2));
        char state = 0;
        int parent = 0;
        rest >> state >> parent;
        if (parent == pid && state != 'Z')
            children.push_back(std::stoi(name));
    }
    return children;
}

// Local addresses at which a process listens, in hexadecimal as the kernel writes them.
std::set<std::string> listeningAt(int pid)
{
    std::set<std::string> sockets, addresses;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", none)) {
        const std::string target = fs::read_symlink(entry.path(), none).string();
        if (target.starts_with("socket:["))
            sockets.insert(target.substr(8, target.size() - 9));
    }
    for (const char* table : {"tcp", "tcp6"}) {
        std::ifstream in("/proc/" + std::to_string(pid) + "/net/" + table);
        std::string line;
        std::getline(in, line);
        while (std::getline(in, line)) {
            std::istringstream fields(line);
            std::string number, local, remote, state, queues, timer, retransmit, user, timeout, inode;
            fields >> number >> local >> remote >> state >> queues >> timer >> retransmit >> user >> timeout >> inode;
            if (state == "0A" && sockets.count(inode))
                addresses.insert(local.substr(0, local.find(':')));
        }
    }
    return addresses;
}

bool alive(int pid)
{
    const std::string stat = textOf("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t end = stat.rfind(')');
    return end != stat.npos && stat[end + 2] != 'Z';
}

// A run that goes on until something happens to it, with its first checkpoint.
struct Endless {
    TempFolder folder;
    fs::path runs = folder.path() / "runs";
    Running running;

    explicit Endless(int ranks)
        : running(
              cliCommand({"launch", folder.file("spread.experiment.json", experiment).string(), "--nproc",
                          std::to_string(ranks), "--set", "train.epochs=1000000", "--runs", runs.string(), "--json"}))
    {
        REQUIRE(tests::until([&] { return childrenOf(running.pid()).size() == std::size_t(ranks - 1) && keyframe(); }));
    }

    fs::path run() const
    {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(runs, none))
            if (entry.is_directory())
                return entry.path();
        return {};
    }
    bool keyframe() const
    {
        const fs::path where = run();
        if (where.empty())
            return false;
        const auto all = core::store::listCheckpoints(where / "checkpoints");
        return !all.empty() && all.back().step > 0;
    }
};

}

TEST_CASE("launched ranks end where one process with their rows ends")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", experiment).string();
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
    const Endless endless(2);
    const std::vector<int> children = childrenOf(endless.running.pid());
    REQUIRE(children.size() == 1);
    for (const int pid : {endless.running.pid(), children[0]}) {
        const std::set<std::string> addresses = listeningAt(pid);
        CHECK_FALSE(addresses.empty());
        for (const std::string& address : addresses)
            CHECK((address == "0100007F" || address == "0000000000000000FFFF00000100007F"));
    }
}

TEST_CASE("a killed rank is named, and the run stops with a checkpoint")
{
    Endless endless(3);
    const std::vector<int> children = childrenOf(endless.running.pid());
    REQUIRE(children.size() == 2);
    ::kill(children[1], SIGKILL);
    const tests::Ended ended = endless.running.wait();
    INFO(ended.err);
    CHECK(ended.status == 4);
    const std::string message = ended.json()["error"]["message"].text();
    INFO(message);
    CHECK(message.find("was lost (process " + std::to_string(children[1])) != std::string::npos);
    CHECK(tests::until([&] { return !alive(children[0]); }, 10));
    const auto kept = core::store::newestWhole(endless.run() / "checkpoints");
    REQUIRE(kept);
    const Value shown = cli({"runs", "show", endless.run().string(), "--json"}).json();
    REQUIRE(shown["runs"].array().size() == 1);
    CHECK(shown["runs"].array()[0]["status"].text() == "interrupted");
}

TEST_CASE("no rank outlives the one that started it")
{
    Endless endless(3);
    const std::vector<int> children = childrenOf(endless.running.pid());
    REQUIRE(children.size() == 2);
    endless.running.signal(SIGKILL);
    for (const int pid : children)
        CHECK(tests::until([&] { return !alive(pid); }, 10));
}

TEST_CASE("SIGTERM ends all ranks with a checkpoint")
{
    Endless endless(2);
    const std::vector<int> children = childrenOf(endless.running.pid());
    endless.running.signal(SIGTERM);
    const tests::Ended ended = endless.running.wait();
    CHECK(ended.status == 143);
    CHECK(ended.json()["status"].text() == "interrupted");
    for (const int pid : children)
        CHECK(tests::until([&] { return !alive(pid); }, 10));
}

TEST_CASE("train takes its rank from the environment")
{
    const TempFolder folder;
    const std::string file = folder.file("spread.experiment.json", experiment).string();
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
