// SPDX-License-Identifier: GPL-3.0-or-later
// The field's own engines start the ranks, each to the weights of `launch`. Those that are not everywhere are asked
// for: torchrun by DESCENT_PEER_PYTHON, Slurm, Open MPI and network namespaces by DESCENT_TEST_SLURM=1,
// DESCENT_TEST_MPI=1 and DESCENT_TEST_NETNS=1.
#include "core/base/files.h"
#include "core/store/run_record.h"
#include "tests/support/one_node_slurm.h"
#include "tests/support/ranks.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <unistd.h>

namespace tests::rank_engines_test {

namespace fs = std::filesystem;
using core::base::Value;
using tests::cli;
using tests::cliCommand;
using tests::Ended;
using tests::Running;
using tests::TempFolder;

namespace {

bool asked(const char* variable)
{
    const char* value = std::getenv(variable);
    if (value && std::string(value) == "1")
        return true;
    WARN("skipped: " << variable << "=1 asks for this");
    return false;
}

struct Together {
    TempFolder folder;
    std::string file = folder.file("spread.experiment.json", tests::spreadExperiment).string();
    std::string runs = (folder.path() / "runs").string();

    std::vector<std::string> train() const { return cliCommand({"train", file, "--runs", runs, "--json"}); }
    std::string launched() const
    {
        const Ended ended = cli({"launch", file, "--nproc", "2", "--runs", runs + "-launch", "--json"});
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.json()["digest"].text();
    }
    /// Of the one run there is, as the summary of its end says.
    std::string digest() const
    {
        std::vector<fs::path> all;
        for (const auto& entry : fs::directory_iterator(runs))
            if (fs::exists(entry.path() / "spec.json"))
                all.push_back(entry.path());
        REQUIRE(all.size() == 1);
        const auto record = core::store::readRun(all.front());
        REQUIRE(record);
        REQUIRE(record->finished);
        CHECK(record->finished->state == core::events::RunState::Completed);
        return record->finished->digest;
    }
};

std::string freePort()
{
    return std::to_string(20000 + ::getpid() % 20000);
}

}

TEST_CASE("torchrun starts ranks, and starts them anew when one is killed")
{
    const char* python = std::getenv("DESCENT_PEER_PYTHON");
    if (!python) {
        WARN("skipped: DESCENT_PEER_PYTHON names a Python with torch");
        return;
    }
    const Together together;
    std::vector<std::string> command{python,
                                     "-m",
                                     "torch.distributed.run",
                                     "--nproc-per-node=2",
                                     "--master-addr=127.0.0.1",
                                     "--master-port=" + freePort(),
                                     "--no-python"};
    for (const std::string& word : together.train())
        command.push_back(word);
    Running running(command);
    const Ended ended = running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["ranks"].array().size() == 2); // of both ranks together one object
    CHECK(together.digest() == together.launched());

    // Longer, and one rank is killed on the way.
    const Together again;
    command.insert(command.begin() + 3, {"--max-restarts=3"});
    for (std::string& word : command) {
        if (word == together.file)
            word = again.file;
        if (word == together.runs)
            word = again.runs;
    }
    command.insert(command.end(), {"--set", "train.epochs=400"});
    Running disturbed(command);
    std::vector<int> ranks;
    std::error_code none;
    REQUIRE(tests::until([&] {
        ranks = tests::childrenOf(disturbed.pid());
        for (const auto& entry : fs::directory_iterator(again.runs, none))
            for (const auto& kept : core::store::listCheckpoints(entry.path() / "checkpoints"))
                if (kept.step > 0 && ranks.size() == 2)
                    return true;
        return false;
    }));
    ::kill(ranks[1], SIGKILL);
    const Ended end = disturbed.wait();
    INFO(end.err);
    REQUIRE(end.status == 0);
    const Ended whole = cli({"launch", again.file, "--nproc", "2", "--runs", again.runs + "-launch", "--json", "--set",
                             "train.epochs=400"});
    CHECK(again.digest() == whole.json()["digest"].text());
}

TEST_CASE("Slurm runs an exported script of two tasks")
{
    if (!asked("DESCENT_TEST_SLURM"))
        return;
    const tests::OneNodeSlurm slurm;
    if (!slurm.missing().empty()) {
        WARN("skipped: " + slurm.missing());
        return;
    }
    const Together together;
    const std::string script = (together.folder.path() / "train.sh").string(),
                      output = (together.folder.path() / "slurm.out").string();
    const Ended made =
        cli({"launch", together.file, "--nproc", "2", "--runs", together.runs, "--export-sbatch", script, "--json"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    Running submits(slurm.command({"sbatch", "--wait", "--output=" + output, script}));
    const Ended ended = submits.wait();
    INFO(ended.err << core::base::readFile(output).valueOr({}));
    REQUIRE(ended.status == 0);
    CHECK(together.digest() == together.launched());
}

TEST_CASE("an exported script names what there is to train, by paths that hold anywhere")
{
    const Together together;
    const std::string script = (together.folder.path() / "train.sh").string();
    const Ended made = cli({"launch", together.file, "--nproc", "4", "--runs", together.runs, "--set", "name=two words",
                            "--export-sbatch", script, "--json"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    CHECK(made.json()["ranks"].toInt() == 4);
    const std::string text = core::base::readFile(script).valueOr({});
    INFO(text);
    CHECK(text.starts_with("#!/bin/sh\n"));
    CHECK(text.find("#SBATCH --ntasks=4\n") != text.npos);
    CHECK(text.find(together.file) != text.npos);
    CHECK(text.find("--resume auto --set 'name=two words'") != text.npos);
    CHECK_FALSE(fs::exists(together.runs));
}

TEST_CASE("Open MPI starts ranks")
{
    if (!asked("DESCENT_TEST_MPI"))
        return;
    const Together together;
    std::vector<std::string> command{"mpirun", "--allow-run-as-root",      "--oversubscribe", "-np", "2",
                                     "-x",     "MASTER_PORT=" + freePort()};
    for (const std::string& word : together.train())
        command.push_back(word);
    Running running(command);
    const Ended ended = running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["ranks"].array().size() == 2);
    CHECK(together.digest() == together.launched());
}

TEST_CASE("ranks of two hosts meet over a network")
{
    if (!asked("DESCENT_TEST_NETNS"))
        return;
    if (::geteuid() != 0) {
        WARN("skipped: network namespaces need root");
        return;
    }
    const Together together;
    // Two namespaces, a cable between them, and a rank in each, with a name of its own as a host has it.
    const std::string script = together.folder
                                   .file("hosts.sh", R"sh(set -e
a=descent-a-$$ b=descent-b-$$
trap 'ip netns del $a; ip netns del $b' EXIT
ip netns add $a; ip netns add $b
ip link add va$$ type veth peer name vb$$
ip link set va$$ netns $a; ip link set vb$$ netns $b
ip -n $a addr add 10.77.0.1/24 dev va$$; ip -n $b addr add 10.77.0.2/24 dev vb$$
for n in $a $b; do ip -n $n link set lo up; done
ip -n $a link set va$$ up; ip -n $b link set vb$$ up
on() { # namespace, rank, words
    n=$1 rank=$2; shift 2
    ip netns exec $n unshare --uts sh -c 'hostname "$0" && exec "$@"' host-$rank env RANK=$rank WORLD_SIZE=2 LOCAL_RANK=0 \
        LOCAL_WORLD_SIZE=1 MASTER_ADDR=10.77.0.1 MASTER_PORT=29511 "$@"
}
on $b 1 "$@" >"$(dirname "$0")/second" 2>&1 & second=$!
on $a 0 "$@"
wait $second
)sh")
                                   .string();
    std::vector<std::string> command{"bash", script};
    for (const std::string& word : together.train())
        command.push_back(word);
    Running running(command);
    const Ended ended = running.wait();
    INFO(ended.out << ended.err << core::base::readFile(together.folder.path() / "second").valueOr({}));
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    REQUIRE(told["ranks"].array().size() == 2);
    CHECK(told["ranks"].array()[0]["host"].text() == "host-0");
    CHECK(told["ranks"].array()[1]["host"].text() == "host-1");
    CHECK(together.digest() == together.launched());
}

}
