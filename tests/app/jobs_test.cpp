// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs through the program: a worker that is really killed, its notice, the queue, scripts, the ledger, the drill.
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "tests/support/processes.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <set>

namespace tests::jobs_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

constexpr std::int64_t steps = 360; // 9 an epoch

struct Jobs {
    TempFolder folder;
    std::string runs = (folder.path() / "runs").string(), file = (folder.path() / "a.experiment.json").string();

    explicit Jobs(Object job = {}, Object more = {})
    {
        Object tree{
            {"name", "moons"},
            {"data", Object{{"source", "two-moons"}, {"rows", 200}}},
            {"model", Object{{"kind", "mlp"}, {"hidden", Array{8}}}},
            {"train",
             Object{{"epochs", 40}, {"batch_size", 16}, {"threads", 1}, {"checkpoint", Object{{"every_steps", 25}}}}},
            {"job", std::move(job)}};
        for (const auto& [key, value] : more)
            tree.set(key, value);
        REQUIRE(core::base::writeFileAtomically(file, core::base::writeJson(tree)));
    }

    Ended job(std::vector<std::string> words) const
    {
        words.insert(words.begin(), "job");
        words.insert(words.end(), {"--runs", runs, "--json"});
        return cli(words);
    }
};

std::string digestOf(const Value& job)
{
    const auto result = core::base::readJson(std::filesystem::path(job["job"].text()) / "result.json");
    return result ? (*result)["digest"].text() : std::string();
}

std::string neverInterrupted()
{
    const Jobs plain;
    const Ended ended = cli({"train", plain.file, "--runs", plain.runs, "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["steps"].toInt() == steps);
    return ended.json()["digest"].text();
}

std::vector<std::string> statesOf(const Value& job)
{
    std::vector<std::string> all;
    for (const Value& change : job["transitions"].array())
        all.push_back(change["state"].text());
    return all;
}

}

TEST_CASE("a training that is killed at drawn steps, with and without its notice, ends in the bits of one that is not")
{
    const std::string expected = neverInterrupted();
    for (const bool notice : {false, true}) {
        const core::base::Draw draw(7, "kills");
        std::set<std::int64_t> kills;
        for (std::uint64_t i = 0; kills.size() < 3; ++i)
            kills.insert(10 + std::int64_t(draw.below(i, steps - 20)));
        Array at;
        for (const std::int64_t step : kills)
            at.emplace_back(step);
        const Jobs jobs({{"interruption", Object{{"kind", "step"}, {"steps", at}}},
                         {"notify", notice ? Value(60) : Value()},
                         {"instance", "ml.m5.large"},
                         {"spot", true}});
        const Ended ended = jobs.job({"run", jobs.file});
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        const Value job = ended.json();
        CHECK(job["state"].text() == "Completed");
        CHECK(digestOf(job) == expected);
        CHECK(job["ledger"]["interruptions"].toInt() == 3);
        CHECK(job["ledger"]["launches"].toInt() == 4);
        CHECK(job["ledger"]["saving_percent"].toReal() == Approx(65).epsilon(0.01));
        CHECK(job["ledger"]["cost"].toReal() > 0);
        CHECK(job["ledger"]["intervals"]["daly_s"].toReal() > 0);
        // With its notice it saves where it stands.
        CHECK((job["ledger"]["lost_steps"].toInt() == 0) == notice);
        std::vector<std::int64_t> seen;
        for (const Value& change : job["transitions"].array())
            if (change["state"].text() == "Interrupted")
                seen.push_back(change["step"].toInt());
        REQUIRE(seen.size() == kills.size());
        std::size_t i = 0;
        for (const std::int64_t step : kills)
            CHECK((notice ? seen[i++] >= step : seen[i++] == step)); // a notice is heard between two steps
    }
}

TEST_CASE("the drill kills, goes on, and proves by digests that nothing was lost; on a run as on an experiment")
{
    const Jobs jobs;
    const Ended drilled = jobs.job({"drill", jobs.file, "--at", "101"});
    INFO(drilled.err);
    REQUIRE(drilled.status == 0);
    const Value told = drilled.json();
    CHECK(told["identical"].toBool());
    CHECK(told["steps_checked"].toInt() > 0);
    CHECK(told["first_difference"].isNull());
    REQUIRE(told["kills"].array().size() == 1);
    CHECK(told["kills"].array()[0]["resumed_from"].toInt() <= 101);
    CHECK(told["kills"].array()[0]["reason"].text().find("signal 9") != std::string::npos);
    const Ended again = jobs.job({"drill", told["run"].text(), "--at", "40", "--at", "200", "--notice", "60"});
    INFO(again.err);
    REQUIRE(again.status == 0);
    CHECK(again.json()["parent_digest"].text() == told["digest"].text());
    CHECK(again.json()["digest"].text() == told["digest"].text());
    const Ended beyond = jobs.job({"drill", jobs.file, "--at", "100000"});
    CHECK(beyond.status == 2);
    CHECK(beyond.json()["error"]["where"].text() == "--at");
}

TEST_CASE("a queue goes on where the program that ran it was killed, by priority")
{
    const std::string expected = neverInterrupted();
    const Jobs jobs(
        {{"interruption", Object{{"kind", "step"}, {"steps", Array{120}}, {"wait_s", 2}}}, {"notify", nullptr}});
    const Jobs plain;
    const Value low = jobs.job({"queue", plain.file, "--priority", "-3"}).json();
    const Value high = jobs.job({"queue", jobs.file, "--priority", "3"}).json();
    CHECK(low["state"].text() == "Pending");
    {
        tests::Running running(tests::cliCommand({"job", "run", "--runs", jobs.runs, "--json"}));
        // Wherever it is when it is killed.
        REQUIRE(tests::until([&] { return running.errorsSoFar().find("Interrupted") != std::string::npos; }));
        running.signal(SIGKILL);
        running.wait();
    }
    const Ended ended = jobs.job({"run"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    REQUIRE(told["jobs"].array().size() == 2);
    const Value first = told["jobs"].array()[0], second = told["jobs"].array()[1];
    CHECK(first["job"].text() == high["job"].text());
    CHECK(second["job"].text() == low["job"].text());
    CHECK(digestOf(first) == expected);
    CHECK(digestOf(second) == expected);
    const Value listed = jobs.job({"list"}).json();
    REQUIRE(listed["jobs"].array().size() == 2);
    for (const Value& job : listed["jobs"].array())
        CHECK(job["state"].text() == "Completed");
    CHECK(jobs.job({"run"}).json()["jobs"].array().empty());
}

TEST_CASE("what a cluster preempts and starts again is one job that ends in the bits of one that was never preempted")
{
    const Object longer{
        {"train",
         Object{{"epochs", 600}, {"batch_size", 16}, {"threads", 1}, {"checkpoint", Object{{"every_steps", 25}}}}}};
    const Jobs plain({}, longer), jobs({}, longer);
    const std::string expected = cli({"train", plain.file, "--runs", plain.runs, "--json"}).json()["digest"].text();
    REQUIRE_FALSE(expected.empty());
    const std::vector<std::string> words{"job", "run", jobs.file, "--runs", jobs.runs, "--resume", "auto", "--json"};
    std::int64_t before = 0;
    // With a grace time, in which all processes of the allocation are told; and without one.
    for (const int signal : {SIGTERM, SIGKILL}) {
        tests::Running running(tests::cliCommand(words));
        const auto further = [&] {
            const Value shown = jobs.job({"show", "moons-job-0001"}).json();
            return shown["state"].text() == "Training" && shown["progress"]["step"].toInt() > before + 20;
        };
        REQUIRE(tests::until([&] { return further() || !running.going(); }));
        REQUIRE(running.going());
        const std::string children =
            "/proc/" + std::to_string(running.pid()) + "/task/" + std::to_string(running.pid()) + "/children";
        std::ifstream workers(children);
        for (int pid = 0; workers >> pid;)
            ::kill(pid, signal);
        running.signal(signal);
        running.wait();
        const Value shown = jobs.job({"show", "moons-job-0001"}).json();
        before = shown["progress"]["step"].toInt();
        CHECK(shown["state"].text() != "Failed");
    }
    const Ended ended = cli(words);
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(digestOf(ended.json()) == expected);
    CHECK(ended.json()["ledger"]["interruptions"].toInt() == 2);
    CHECK(jobs.job({"list"}).json()["jobs"].array().size() == 1);
}

TEST_CASE("jobs that wait change their places, and one that has ended is put into the queue again")
{
    const Jobs jobs({{"command", "true"}});
    for (int i = 0; i < 2; ++i)
        REQUIRE(jobs.job({"queue", jobs.file}).status == 0);
    const Value moved = jobs.job({"priority", "moons-job-0002", "5"}).json();
    CHECK(moved["priority"].toInt() == 5);
    const Value done = jobs.job({"run"}).json();
    REQUIRE(done["jobs"].array().size() == 2);
    CHECK(done["jobs"].array()[0]["job"].text().find("0002") != std::string::npos);
    CHECK(jobs.job({"priority", "moons-job-0002", "1"}).status == 2);
    const Value again = jobs.job({"requeue", "moons-job-0002"}).json();
    CHECK(again["state"].text() == "Pending");
    CHECK(again["priority"].toInt() == 5);
    CHECK(jobs.job({"requeue", "moons-job-0003"}).status == 2); // it has not ended
}

TEST_CASE("a job is stopped and interrupted from outside, and Ctrl-C leaves it for later")
{
    const Jobs jobs({{"command", "echo begun; exec sleep 600"}});
    tests::Running running(tests::cliCommand({"job", "run", jobs.file, "--runs", jobs.runs, "--json"}));
    const std::string id = "moons-job-0001";
    const auto trainings = [&] {
        const std::string said = running.errorsSoFar();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = said.find(": Training", at)) != said.npos; ++at)
            ++count;
        return count;
    };
    REQUIRE(tests::until([&] { return trainings() == 1; }));
    REQUIRE(jobs.job({"interrupt", id}).status == 0);
    REQUIRE(tests::until([&] { return trainings() == 2; }));
    // It may not have said so yet.
    const auto begun = [&] { return jobs.job({"show", id, "--search", "BEGUN"}).json()["lines"].array().size(); };
    REQUIRE(tests::until([&] { return begun() == 2; }));
    running.signal(SIGTERM);
    const Ended left = running.wait();
    CHECK(left.status == 143);
    CHECK(left.json()["state"].text() == "Interrupted");
    CHECK(jobs.job({"interrupt", id}).status == 2); // nobody works on it
    REQUIRE(jobs.job({"stop", id}).status == 0);
    const Value shown = jobs.job({"show", id, "--search", "BEGUN"}).json();
    CHECK(shown["state"].text() == "Stopped");
    CHECK(shown["lines"].array().size() == 2);
    const auto states = statesOf(shown);
    CHECK(std::count(states.begin(), states.end(), "Interrupted") == 2);
    CHECK(jobs.job({"stop", id}).status == 2);
}

TEST_CASE("a script's log becomes a run with scalars and steps")
{
    const Jobs jobs({{"command", "for s in 0 10 20; do echo \"step $s: loss 0.$s\"; done"},
                     {"metric_definitions", Array{Object{{"name", "step"}, {"regex", "step ([0-9]+)"}},
                                                  Object{{"name", "train/loss"}, {"regex", "loss ([0-9.]+)"}}}}});
    const Ended ended = jobs.job({"run", jobs.file});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const std::string run = ended.json()["run"].text();
    REQUIRE_FALSE(run.empty());
    const Ended exported =
        cli({"export", run, "--runs", jobs.runs, "--to", "csv", (jobs.folder.path() / "out").string(), "--json"});
    INFO(exported.err);
    CHECK(exported.status == 0);
    CHECK(exported.json()["files"].array().size() > 0);
    const Value shown = cli({"runs", "show", run, "--runs", jobs.runs, "--json"}).json();
    CHECK(core::base::writeJson(shown).find("train/loss") != std::string::npos);
    const Jobs failing({{"command", "echo 'no rows' > \"$SAGEMAKER_BASE_DIR/output/failure\"; exit 7"}});
    const Ended failed = failing.job({"run", failing.file});
    CHECK(failed.status == 4);
    CHECK(failed.json()["error"]["message"].text().find("status 7: no rows") != std::string::npos);
}

TEST_CASE("a script finds its folders, wherever the one who runs it stands")
{
    const Jobs jobs(
        {{"command", "cd /; echo a > \"$SM_MODEL_DIR/weights\" && cat \"$SM_INPUT_CONFIG_DIR/hyperparameters.json\""}});
    const std::string runs = std::filesystem::relative(jobs.runs).string();
    const Ended ended = cli({"job", "run", jobs.file, "--runs", runs, "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(std::filesystem::exists(std::filesystem::path(jobs.runs) / "moons-job-0001" / "ml" / "model" / "weights"));
}

TEST_CASE("nothing that a script started outlives the program that ran it")
{
    const Jobs jobs({{"command", "cd \"$SM_OUTPUT_DATA_DIR\"; mkfifo told\n"
                                 "setsid sh -c 'echo $$ > told; exec sleep 600' & read away < told\n"
                                 "sleep 600 & echo $! $away > pid.new; mv pid.new pid; wait"}});
    tests::Running running(tests::cliCommand({"job", "run", jobs.file, "--runs", jobs.runs, "--json"}));
    const std::string file = jobs.runs + "/moons-job-0001/ml/output/data/pid";
    int near = 0, away = 0;
    REQUIRE(tests::until([&] { return bool(std::ifstream(file) >> near >> away); }));
    REQUIRE(tests::goes(near));
    REQUIRE(tests::goes(away));
    running.signal(SIGKILL);
    running.wait();
    CHECK(tests::until([&] { return !tests::goes(near) && !tests::goes(away); }, 20));
}

TEST_CASE("a script's log is a run while it goes, and rules work on it")
{
    const Jobs jobs({{"command", "for s in 0 1 2 3; do echo \"step $s: loss nan rate 0.5\"; done; exec sleep 600"},
                     {"notify", nullptr},
                     {"metric_definitions", Array{Object{{"name", "step"}, {"regex", "step ([0-9]+)"}},
                                                  Object{{"name", "train/loss"}, {"regex", "loss ([a-z0-9.]+)"}},
                                                  Object{{"name", "train/lr"}, {"regex", "rate ([0-9.]+)"}}}}},
                    {{"rules", Array{Object{{"rule", "Expression"},
                                            {"name", "high rate"},
                                            {"expression", "last(\"train/lr\") > 0.1"},
                                            {"actions", Array{"StopTraining"}}}}}});
    // Nothing but the rule ends it.
    const Ended ended = jobs.job({"run", jobs.file});
    INFO(ended.err);
    CHECK(ended.json()["state"].text() == "Stopped");
    const std::string run = ended.json()["run"].text();
    REQUIRE_FALSE(run.empty());
    const Value rules = cli({"rules", run, "--runs", jobs.runs, "--json"}).json();
    CHECK(rules["findings"].array().size() > 0);
    const Jobs wrong({{"command", "true"}}, {{"rules", Array{Object{{"rule", "VanishingGradiant"}}}}});
    const Ended refused = wrong.job({"run", wrong.file});
    CHECK(refused.status == 2);
    CHECK(refused.json()["error"]["where"].text().starts_with("/rules/0"));
}

TEST_CASE("what is wrong with a job is told before anything starts")
{
    const auto told = [](const Object& job) {
        const Jobs jobs(job);
        const Ended ended = jobs.job({"run", jobs.file});
        CHECK(ended.status == 2);
        CHECK_FALSE(std::filesystem::exists(jobs.runs));
        return ended.json()["error"]["where"].text();
    };
    CHECK(told({{"instance", "ml.inf1.xlarge"}}) == "/job/instance");
    CHECK(told({{"spott", true}}) == "/job/spott");
    CHECK(told({{"spot", true}, {"max_wait_s", 10}}) == "/job/max_wait_s");
    const Jobs missing({{"command", "true"}, {"channels", Object{{"train", "nowhere.csv"}}}});
    const Ended ended = missing.job({"run", missing.file});
    CHECK(ended.status == 3);
    CHECK(ended.json()["error"]["where"].text() == "/job/channels/train");
    // Training alone looks at the part as well, and leaves it.
    const Jobs typed({{"interuption", "now"}});
    const Ended trained = cli({"train", typed.file, "--runs", typed.runs, "--json"});
    CHECK(trained.status == 2);
    CHECK(trained.json()["error"]["where"].text() == "/job/interuption");
}

TEST_CASE("SageMaker's descriptions come in and go out as files")
{
    const Jobs jobs(
        {{"command", Array{"/bin/sh", "-c", "true"}}, {"spot", true}, {"max_run_s", 60}, {"max_wait_s", 90}});
    const std::string description = (jobs.folder.path() / "job.json").string();
    const std::string back = (jobs.folder.path() / "back.experiment.json").string();
    const Ended out = cli({"job", "export", jobs.file, "--output", description, "--json"});
    INFO(out.err);
    REQUIRE(out.status == 0);
    CHECK(out.json()["description"]["EnableManagedSpotTraining"].toBool());
    const Ended in = cli({"job", "import", description, "--output", back, "--json"});
    REQUIRE(in.status == 0);
    CHECK(in.json()["experiment"]["job"]["max_wait_s"].toInt() == 90);
    const Ended ended = jobs.job({"run", back});
    INFO(ended.err);
    CHECK(ended.status == 0);
    REQUIRE(core::base::writeFileAtomically(description, R"({"TrainingJobName": "a", "ResourceConfg": {}})"));
    const Ended wrong = cli({"job", "import", description, "--json"});
    CHECK(wrong.status == 2);
    CHECK(wrong.json()["error"]["where"].text().find("/ResourceConfg") != std::string::npos);
}

}
