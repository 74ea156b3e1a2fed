// SPDX-License-Identifier: GPL-3.0-or-later
// Studies whose trials are jobs of Slurm: with commands that stand in for it, and on a real Slurm of one node where
// that is installed and DESCENT_TEST_SLURM=1 asks for it.
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/fake_slurm.h"
#include "tests/support/one_node_slurm.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <set>

namespace tests::slurm_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::Ended;
using tests::FakeSlurm;
using tests::TempFolder;

namespace {

Value experimentOf(std::int64_t jobs, std::int64_t epochs, std::int64_t retries, Object slurm)
{
    Object tuning{{"strategy", "Random"},
                  {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                  {"max_jobs", jobs},
                  {"max_parallel_jobs", 3},
                  {"retries", retries},
                  {"seed", 3},
                  {"batched", "off"}, // the values of this machine and of jobs shall be the same to the bit
                  {"slurm", std::move(slurm)},
                  {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 0.1}}}}};
    return Object{{"name", "moons"},
                  {"data", Object{{"source", "two-moons"}, {"rows", 200}}},
                  {"model", Object{{"kind", "mlp"}, {"hidden", Array{8}}}},
                  {"train", Object{{"epochs", epochs},
                                   {"threads", 1},
                                   {"batch_size", 16},
                                   {"optimizer", Object{{"kind", "adam"}}},
                                   {"checkpoint", Object{{"every_steps", 20}}}}},
                  {"tuning", std::move(tuning)}};
}

struct Cluster {
    TempFolder folder;
    FakeSlurm slurm;
    std::string file = (folder.path() / "a.experiment.json").string(), runs = (folder.path() / "runs").string();
    std::string study = runs + "/moons-study-0001";

    explicit Cluster(const Value& tree) { REQUIRE(core::base::writeFileAtomically(file, core::base::writeJson(tree))); }
    std::vector<std::string> arguments() const
    {
        return {"tune", file, "--runs", runs, "--executor", "slurm", "--json"};
    }
    Ended tune() const
    {
        tests::Running running(slurm.command(arguments()));
        return running.wait();
    }
    /// The same study in processes of this machine.
    Value local() const
    {
        const Ended ended = tests::cli({"tune", file, "--runs", runs + "-local", "--json"});
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.json();
    }
    std::size_t reports() const
    {
        const auto text = core::base::readFile(study + "/study.jsonl");
        std::size_t count = 0;
        for (std::size_t at = 0; text && (at = text->find("\"op\":\"report\"", at)) != text->npos; ++at)
            ++count;
        return count;
    }
    /// Trials that have told something: their workers know what a signal means.
    std::size_t tellers() const
    {
        std::ifstream journal(study + "/study.jsonl");
        std::set<std::string> trials;
        for (std::string line; std::getline(journal, line);)
            if (const std::size_t at = line.find("\"trial\":"); line.find("\"op\":\"report\"") == 1)
                trials.insert(line.substr(at, line.find(',', at) - at));
        return trials.size();
    }
    std::size_t runsMade() const
    {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(runs))
            count += std::filesystem::exists(entry.path() / "spec.json");
        return count;
    }
};

Object quick()
{
    return {{"poll_seconds", 0.1}};
}

std::vector<std::pair<std::string, double>> valuesIn(const Value& study)
{
    std::vector<std::pair<std::string, double>> values;
    for (const Value& trial : study["trials"].array())
        values.emplace_back(trial["state"].text(), trial["value"].isNumber() ? trial["value"].toReal() : -1);
    return values;
}

// The steps that were told of each trial: none twice, none left out.
void checkReports(const std::string& journal, std::int64_t trials, std::int64_t epochs)
{
    const auto text = core::base::readFile(journal);
    REQUIRE(text);
    std::map<std::int64_t, std::vector<std::int64_t>> steps;
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = text->find('\n', begin);
        const auto line = core::base::parseJson(text->substr(begin, end - begin));
        REQUIRE(line);
        if ((*line)["op"].text() == "report")
            steps[(*line)["trial"].toInt()].push_back((*line)["step"].toInt());
        begin = end + 1;
    }
    CHECK(std::int64_t(steps.size()) == trials);
    for (const auto& [trial, told] : steps) {
        INFO("trial " << trial);
        std::vector<std::int64_t> all;
        for (std::int64_t step = 1; step <= epochs; ++step)
            all.push_back(step);
        CHECK(told == all);
    }
}

}

TEST_CASE("trials are jobs of Slurm, those that start together one array, and end in the values of this machine")
{
    Object slurm = quick();
    slurm.set("partition", "small");
    slurm.set("time", "00:10:00");
    slurm.set("arguments", Array{"--gres=gpu:1"});
    slurm.set("setup", Array{"export OF_THE_SETUP='it was here'"});
    const Cluster cluster(experimentOf(4, 3, 1, std::move(slurm)));
    const Ended ended = cluster.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    CHECK(valuesIn(told) == valuesIn(cluster.local()));
    CHECK(cluster.slurm.jobs() == 4);
    CHECK(cluster.slurm.arrays() < 4);
    CHECK(cluster.runsMade() == 4);
    checkReports(cluster.study + "/study.jsonl", 4, 3);
    for (const Value& trial : told["trials"].array())
        CHECK(trial["job"].text().find('_') != std::string::npos);
    const auto arguments = core::base::readFile(cluster.slurm.file("id-1") / "arguments");
    REQUIRE(arguments);
    for (const char* word : {"--array=0-2", "--partition=small", "--time=00:10:00", "--gres=gpu:1", "--cpus-per-task=1",
                             "--signal=B:TERM@60"}) {
        INFO(*arguments);
        CHECK(arguments->find(word) != std::string::npos);
    }
    const auto script = core::base::readFile(cluster.study + "/jobs/batch-00001.sh");
    REQUIRE(script);
    CHECK(script->find("it was here") < script->find("exec"));
    // A result stays to be found until the journal has it: whoever comes after a coordinator's death reads it there.
    for (const auto& entry : std::filesystem::directory_iterator(cluster.study + "/jobs"))
        CHECK(entry.path().extension() != ".void");
}

TEST_CASE("jobs outlive a coordinator that is killed, and another one takes them up: no line lost, none twice")
{
    const Cluster cluster(experimentOf(5, 60, 0, quick()));
    for (int kill = 0; kill < 2; ++kill) {
        tests::Running running(cluster.slurm.command(cluster.arguments()));
        const std::size_t before = cluster.reports();
        REQUIRE(tests::until([&] { return cluster.reports() > before + 15 || !running.going(); }));
        running.signal(SIGKILL);
        running.wait();
        if (kill == 0) {
            // They are still training, or have come to their end, without anybody who listens.
            CHECK(cluster.slurm.jobs() == 3);
        }
    }
    const Ended ended = cluster.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(valuesIn(ended.json()) == valuesIn(cluster.local()));
    CHECK(cluster.slurm.jobs() == 5);
    CHECK(cluster.runsMade() == 5);
    checkReports(cluster.study + "/study.jsonl", 5, 60);
}

TEST_CASE("a job that loses its node is tried again as often as retries say; one that is preempted goes on anyway")
{
    // Preempted: no retries, and yet it ends.
    const Cluster cluster(experimentOf(2, 80, 0, quick()));
    tests::Running running(cluster.slurm.command(cluster.arguments()));
    REQUIRE(tests::until([&] { return (cluster.reports() > 10 && cluster.tellers() == 2) || !running.going(); }));
    for (const int pid : cluster.slurm.pids())
        ::kill(pid, SIGTERM);
    const Ended ended = running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(valuesIn(ended.json()) == valuesIn(cluster.local()));
    CHECK(cluster.runsMade() == 2);
    checkReports(cluster.study + "/study.jsonl", 2, 80);

    const Cluster other(experimentOf(1, 400, 0, quick()));
    tests::Running lost(other.slurm.command(other.arguments()));
    REQUIRE(tests::until([&] { return other.reports() > 2 || !lost.going(); }));
    for (const int pid : other.slurm.pids())
        ::kill(pid, SIGKILL);
    const Ended failed = lost.wait();
    INFO(failed.err);
    CHECK(failed.status == 0);
    const Value told = failed.json();
    REQUIRE(told["trials"].array().size() == 1);
    const Value& trial = told["trials"].array().front();
    CHECK(trial["state"].text() == "failed");
    CHECK(trial["error"].text().find("NODE_FAIL") != std::string::npos);
    CHECK(told["problem"].text().find("NODE_FAIL") != std::string::npos);
}

TEST_CASE("a study that is interrupted ends its jobs with a checkpoint")
{
    const Cluster cluster(experimentOf(2, 2000, 0, quick()));
    tests::Running running(cluster.slurm.command(cluster.arguments()));
    REQUIRE(tests::until([&] { return (cluster.reports() > 4 && cluster.tellers() == 2) || !running.going(); }));
    running.signal(SIGINT);
    const Ended ended = running.wait();
    INFO(ended.err);
    CHECK(ended.status == 130);
    // Told is not yet gone: a process takes its time to leave.
    CHECK(tests::until([&] { return cluster.slurm.pids().empty(); }));
    for (const auto& entry : std::filesystem::directory_iterator(cluster.runs))
        if (std::filesystem::exists(entry.path() / "spec.json")) {
            const auto checkpoints = std::filesystem::directory_iterator(entry.path() / "checkpoints");
            CHECK(std::distance(checkpoints, {}) > 0);
        }
}

TEST_CASE("what Slurm refuses is told, a controller that does not answer is waited for, and commands that are missing "
          "are named")
{
    const Cluster cluster(experimentOf(2, 2, 0, quick()));
    core::base::Status made = core::base::writeFileAtomically(cluster.slurm.file("refuse"), "");
    REQUIRE(made);
    const Ended refused = cluster.tune();
    INFO(refused.err);
    CHECK(refused.status == 4);
    CHECK(refused.json()["error"]["message"].text().find("invalid partition") != std::string::npos);
    std::filesystem::rename(cluster.slurm.file("refuse"), cluster.slurm.file("silent"));
    tests::Running running(cluster.slurm.command(cluster.arguments()));
    REQUIRE(tests::until(
        [&] { return running.errorsSoFar().find("Unable to contact") != std::string::npos || !running.going(); }));
    std::filesystem::remove(cluster.slurm.file("silent"));
    const Ended ended = running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["trials"].array().size() == 2);
    CHECK(ended.err.find("the study goes on") != std::string::npos);
    CHECK(cluster.runsMade() == 2);

    const Cluster bare(experimentOf(2, 2, 0, quick()));
    std::vector<std::string> command{"env", "PATH=" + bare.folder.path().string()};
    for (const std::string& word : tests::cliCommand(bare.arguments()))
        command.push_back(word);
    tests::Running without(command);
    const Ended missing = without.wait();
    CHECK(missing.status == 5);
    CHECK(missing.json()["error"]["message"].text().find("sbatch") != std::string::npos);
    CHECK(missing.json()["error"]["message"].text().find("--executor local") != std::string::npos);
}

TEST_CASE("a real Slurm of one node trains a study, also through the death of its coordinator and a preemption")
{
    const char* asked = std::getenv("DESCENT_TEST_SLURM");
    if (!asked || std::string(asked) != "1") {
        WARN("skipped: DESCENT_TEST_SLURM=1 starts a Slurm of one node for this");
        return;
    }
    const tests::OneNodeSlurm slurm;
    if (!slurm.missing().empty()) {
        WARN("skipped: " + slurm.missing());
        return;
    }
    const Cluster cluster(experimentOf(5, 200, 1, {{"poll_seconds", 0.5}}));
    const auto command = slurm.command(tests::cliCommand(cluster.arguments()));
    tests::Running running(command);
    REQUIRE(tests::until([&] { return cluster.reports() > 20 || !running.going(); }));
    running.signal(SIGKILL);
    running.wait();
    tests::Running again(command);
    const std::size_t before = cluster.reports();
    REQUIRE(tests::until([&] { return cluster.reports() > before + 5 || !again.going(); }));
    // As a preemption does.
    tests::Running preempts(slurm.command({"scancel", "--batch", "--signal=TERM", "--user=root"}));
    CHECK(preempts.wait().status == 0);
    const Ended ended = again.wait(240);
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(valuesIn(ended.json()) == valuesIn(cluster.local()));
    CHECK(cluster.runsMade() == 5);
    checkReports(cluster.study + "/study.jsonl", 5, 200);
}

TEST_CASE("a job under a real Slurm that is preempted and put back goes on as the same job")
{
    const char* asked = std::getenv("DESCENT_TEST_SLURM");
    if (!asked || std::string(asked) != "1") {
        WARN("skipped: DESCENT_TEST_SLURM=1 starts a Slurm of one node for this");
        return;
    }
    const tests::OneNodeSlurm slurm;
    if (!slurm.missing().empty()) {
        WARN("skipped: " + slurm.missing());
        return;
    }
    const TempFolder folder;
    const std::string runs = (folder.path() / "runs").string(), file = (folder.path() / "a.experiment.json").string();
    Value tree = experimentOf(1, 600, 0, {});
    tree.object().erase("tuning");
    REQUIRE(core::base::writeFileAtomically(file, core::base::writeJson(tree)));
    const std::string expected =
        tests::cli({"train", file, "--runs", runs + "-plain", "--json"}).json()["digest"].text();
    std::string line = "exec";
    for (const std::string& word :
         tests::cliCommand({"job", "run", file, "--runs", runs, "--resume", "auto", "--json"}))
        line += " '" + word + "'";
    const auto script = folder.file("job.sh", "#!/bin/sh\n" + line + "\n");
    const auto slurmSays = [&](const std::vector<std::string>& words) {
        tests::Running running(slurm.command(words));
        const Ended ended = running.wait();
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.out;
    };
    std::string id = slurmSays(
        {"sbatch", "--parsable", "--requeue", "--output=" + (folder.path() / "out").string(), script.string()});
    id.erase(id.find_last_not_of("\n ") + 1);
    const auto shown = [&] { return tests::cli({"job", "show", "moons-job-0001", "--runs", runs, "--json"}).json(); };
    REQUIRE(tests::until([&] { return shown()["progress"]["step"].toInt() > 50; }));
    slurmSays({"scontrol", "requeue", id});
    REQUIRE(tests::until([&] { return shown()["state"].text() == "Interrupted"; }));
    slurmSays({"scontrol", "update", "JobId=" + id, "StartTime=now"});
    REQUIRE(tests::until([&] { return shown()["state"].text() == "Completed"; }, 300));
    const auto result = core::base::readJson(std::filesystem::path(runs) / "moons-job-0001" / "result.json");
    REQUIRE(result);
    CHECK((*result)["digest"].text() == expected);
    CHECK(shown()["ledger"]["interruptions"].toInt() >= 1);
}

}
