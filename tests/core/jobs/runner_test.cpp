// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs with real processes: scripts of a shell and of Python, interrupted, stopped, gone on with.
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/jobs/script_work.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sys/stat.h>

namespace tests::runner_test {

using namespace core::jobs;
using core::base::Array;
using core::base::Object;
using core::base::Value;

namespace {

// Counts to 6; saves before it tells, so that what is told is saved. The first launch stays at step 3 until it is
// ended.
constexpr const char* counting = R"(#!/bin/sh
at="$SM_CHECKPOINT_DIR/at"
n=0; [ -f "$at" ] && n=$(cat "$at")
echo "begins at $n"
while [ "$n" -lt 6 ]; do
    stay=no
    if [ "$n" = 3 ] && [ ! -f "$SM_CHECKPOINT_DIR/waited" ]; then stay=yes; touch "$SM_CHECKPOINT_DIR/waited"; fi
    echo $((n + 1)) > "$at.new"; mv "$at.new" "$at"
    echo "step=$n loss=0.$n"
    [ $stay = yes ] && exec sleep 600
    n=$((n + 1))
done
echo "done" > "$SM_MODEL_DIR/model.txt"
)";

Array countingMetrics()
{
    return {Object{{"name", "step"}, {"regex", "step=([0-9]+)"}},
            Object{{"name", "loss"}, {"regex", "loss=([0-9.]+)"}}};
}

struct Bench {
    tests::TempFolder folder;
    JobQueue queue{folder.path() / "jobs"};

    std::string script(const std::string& name, const std::string& text) const
    {
        const auto file = folder.file(name, text);
        ::chmod(file.c_str(), 0755);
        return file.string();
    }

    Job submit(Object job, std::int64_t priority = 0, Object more = {}) const
    {
        more.set("name", "counting");
        more.set("job", std::move(job));
        const auto made = queue.submit("counting", more, priority);
        REQUIRE(made);
        return *made;
    }

    JobState run(const Job& job, const RunnerWatch& watch = {}) const
    {
        auto file = JobFile::open(job.folder);
        REQUIRE(file);
        const auto spec = core::spec::readJob(job.experiment["job"]);
        REQUIRE(spec);
        const auto script = scriptJobOf(job.experiment, *spec);
        REQUIRE(script);
        ScriptWork work(job.folder, *script, *spec);
        const auto state = runJob(*file, *spec, work, watch);
        REQUIRE(state);
        return *state;
    }

    Job now(const Job& job) const { return *queue.find(job.id); }
};

std::string text(const std::filesystem::path& file)
{
    return core::base::readFile(file).valueOr("");
}

std::string statesOf(const Job& job)
{
    std::string all;
    for (const StateChange& change : job.changes)
        all += (all.empty() ? "" : " ") + std::string(name(change.state));
    return all;
}

const std::string launch = "LaunchingMLInstances PreparingTrainingStack Downloading Training";

}

TEST_CASE("a shell script that is killed at a step goes on from its checkpoint folder")
{
    const Bench bench;
    for (const bool notice : {true, false}) {
        const Job job = bench.submit({{"command", Array{bench.script("count.sh", counting)}},
                                      {"metric_definitions", countingMetrics()},
                                      {"notify", notice ? Value(60) : Value()},
                                      {"interruption", Object{{"kind", "step"}, {"steps", Array{3}}}}});
        CHECK(bench.run(job) == JobState::Completed);
        const Job ended = bench.now(job);
        CHECK(statesOf(ended) ==
              "Pending Starting " + launch + " Interrupted Restarting " + launch + " Uploading Completed");
        CHECK(ended.changes[6].reason.find(notice ? "signal 15" : "signal 9") != std::string::npos);
        CHECK(ended.changes[6].step == 3);
        CHECK(text(job.folder / "log.txt").find("begins at 0\nstep=0") != std::string::npos);
        CHECK(text(job.folder / "log.txt").find("begins at 4\nstep=4") != std::string::npos);
        CHECK(text(job.folder / "ml/model/model.txt") == "done\n");
        CHECK(text(job.folder / "scalars.csv") == "step,\"loss\"\n0,0\n1,0.10000000000000001\n2,0.20000000000000001\n"
                                                  "3,0.29999999999999999\n4,0.40000000000000002\n5,0.5\n");
    }
}

TEST_CASE("a script has its notice to save what it has")
{
    const Bench bench;
    const Job job = bench.submit({{"command", Array{bench.script("trap.sh", R"(#!/bin/sh
if [ -f "$SM_CHECKPOINT_DIR/saved" ]; then cat "$SM_CHECKPOINT_DIR/saved"; exit 0; fi
trap 'echo "saved on notice" > "$SM_CHECKPOINT_DIR/saved"; exit 0' TERM
echo "step=0"
sleep 600 & wait $!
)")}},
                                  {"metric_definitions", countingMetrics()},
                                  {"notify", 60},
                                  {"interruption", Object{{"kind", "step"}, {"steps", Array{0}}}}});
    CHECK(bench.run(job) == JobState::Completed);
    CHECK(text(job.folder / "log.txt").find("\nsaved on notice\n") != std::string::npos);
    CHECK(bench.now(job).launches() == 2);
}

TEST_CASE("a Python script finds SageMaker's folders, files and variables")
{
    const Bench bench;
    const auto data = bench.folder.file("rows.csv", "1,2\n");
    const auto script = bench.folder.file("train.py", R"(import json, os
root = os.environ["SAGEMAKER_BASE_DIR"]
config = os.path.join(root, "input", "config")
read = lambda name: json.load(open(os.path.join(config, name + ".json")))
assert read("hyperparameters") == {"lr": "0.1", "depth": "3", "kind": "plain"}, read("hyperparameters")
assert read("resourceconfig")["current_host"] == "algo-1" and read("resourceconfig")["hosts"] == ["algo-1"]
assert read("inputdataconfig") == {"train-rows": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}}
hps = json.loads(os.environ["SM_HPS"])
assert hps == {"lr": 0.1, "depth": 3, "kind": "plain"}, hps
assert os.environ["SM_HP_LR"] == "0.1" and os.environ["SM_HP_KIND"] == "plain"
assert json.loads(os.environ["SM_CHANNELS"]) == ["train-rows"]
assert os.environ["SM_CHANNEL_TRAIN_ROWS"] == os.path.join(root, "input", "data", "train-rows")
assert open(os.path.join(os.environ["SM_CHANNEL_TRAIN_ROWS"], "rows.csv")).read() == "1,2\n"
assert json.loads(os.environ["SM_HOSTS"]) == ["algo-1"] and os.environ["SM_CURRENT_HOST"] == "algo-1"
assert int(os.environ["SM_NUM_GPUS"]) >= 0 and int(os.environ["SM_NUM_CPUS"]) >= 1
assert json.loads(os.environ["SM_USER_ARGS"]) == ["--lr", "0.1", "--depth", "3", "--kind", "plain"]
assert os.environ["MINE"] == "yes"
open(os.path.join(os.environ["SM_MODEL_DIR"], "model.json"), "w").write("{}")
open(os.path.join(os.environ["SM_OUTPUT_DATA_DIR"], "scores.txt"), "w").write("0.9")
for epoch in range(3):
    print("epoch %d: validation_loss %.2f" % (epoch, 1 / (1 + epoch)), flush=True)
)");
    const Job job = bench.submit(
        {{"command", Array{"python3", script.string()}},
         {"hyperparameters", Object{{"lr", 0.1}, {"depth", 3}, {"kind", "plain"}}},
         {"channels", Object{{"train-rows", data.string()}}},
         {"environment", Object{{"MINE", "yes"}}},
         {"metric_definitions", Array{Object{{"name", "epoch"}, {"regex", "epoch ([0-9]+):"}},
                                      Object{{"name", "validation/loss"}, {"regex", "validation_loss ([0-9.]+)"}}}}});
    const JobState state = bench.run(job);
    INFO(text(job.folder / "log.txt"));
    REQUIRE(state == JobState::Completed);
    CHECK(text(job.folder / "ml/model/model.json") == "{}");
    CHECK(text(job.folder / "ml/output/data/scores.txt") == "0.9");
    CHECK(text(job.folder / "scalars.csv") == "step,\"validation/loss\"\n0,1\n1,0.5\n2,0.33000000000000002\n");
}

TEST_CASE("a script that fails tells why in output/failure")
{
    const Bench bench;
    const Job job = bench.submit(
        {{"command", "echo 'the disk is made of cheese' > \"$SAGEMAKER_BASE_DIR/output/failure\"; exit 3"}});
    CHECK(bench.run(job) == JobState::Failed);
    CHECK(bench.now(job).changes.back().reason == "the worker ended with status 3: the disk is made of cheese");
    const Job gone = bench.submit({{"command", Array{"no-such-program-anywhere"}}});
    CHECK(bench.run(gone) == JobState::Failed);
    CHECK(bench.now(gone).changes.back().reason.find("there is no program") != std::string::npos);
}

TEST_CASE("max_run_s and max_wait_s end a job, and keep its model")
{
    const Bench bench;
    const Job longest =
        bench.submit({{"command", "echo kept > \"$SM_MODEL_DIR/model\"; exec sleep 600"}, {"max_run_s", 0.3}});
    CHECK(bench.run(longest) == JobState::MaxRuntimeExceeded);
    CHECK(statesOf(bench.now(longest)) == "Pending Starting " + launch + " Stopping Uploading MaxRuntimeExceeded");
    const Job waits = bench.submit({{"command", "echo step=0; exec sleep 600"},
                                    {"metric_definitions", countingMetrics()},
                                    {"max_wait_s", 2},
                                    {"interruption", Object{{"kind", "step"}, {"steps", Array{0}}, {"wait_s", 1e6}}}});
    CHECK(bench.run(waits) == JobState::MaxWaitTimeExceeded);
    CHECK(statesOf(bench.now(waits)) == "Pending Starting " + launch + " Interrupted MaxWaitTimeExceeded");
}

TEST_CASE("max_wait_s ends a job in the queue and in its training too, and max_run_s counts all launches")
{
    const Bench bench;
    const Job queued = bench.submit({{"command", "true"}, {"max_wait_s", 1e-6}});
    CHECK(bench.run(queued) == JobState::MaxWaitTimeExceeded);
    CHECK(statesOf(bench.now(queued)) == "Pending MaxWaitTimeExceeded");
    const Job trains = bench.submit({{"command", "exec sleep 600"}, {"max_wait_s", 0.5}});
    CHECK(bench.run(trains) == JobState::MaxWaitTimeExceeded);
    CHECK(statesOf(bench.now(trains)) == "Pending Starting " + launch + " Stopping Uploading MaxWaitTimeExceeded");
    // Neither launch is as long.
    const Job twice = bench.submit({{"command", "exec sleep 600"},
                                    {"max_run_s", 1.5},
                                    {"notify", nullptr},
                                    {"interruption", Object{{"kind", "trace"}, {"times", Array{1}}}}});
    CHECK(bench.run(twice) == JobState::MaxRuntimeExceeded);
    CHECK(statesOf(bench.now(twice)) == "Pending Starting " + launch + " Interrupted Restarting " + launch +
                                            " Stopping Uploading MaxRuntimeExceeded");
    // An end that was asked for is none of time, and a policy without a limit never comes to its turn.
    const Job unlimited = bench.submit({{"command", "true"}, {"fallback", "on_demand"}});
    CHECK(bench.run(unlimited) == JobState::Completed);
    CHECK_FALSE(bench.now(unlimited).changes.back().onDemand);
}

TEST_CASE("the notice is on record while it lasts; an interruption that is asked for waits as the law says")
{
    const Bench bench;
    const Job job = bench.submit({{"command", "trap 'sleep 600' TERM; echo step=1; sleep 600 & wait"},
                                  {"metric_definitions", countingMetrics()},
                                  {"notify", 0.5},
                                  {"max_wait_s", 86400},
                                  {"interruption", Object{{"kind", "step"}, {"steps", Array{900}}, {"wait_s", 0.25}}}});
    int trainings = 0;
    RunnerWatch watch;
    watch.changed = [&](const StateChange& change) {
        if (change.state == JobState::Training)
            REQUIRE(bench.queue.wish(bench.now(job), trainings++ == 0 ? Wish::Interrupt : Wish::Stop));
    };
    const JobState state = bench.run(job, watch);
    CHECK(state == JobState::Stopped);
    const Job now = bench.now(job);
    CHECK_FALSE(now.notice);
    CHECK(core::base::readFile(now.folder / "job.jsonl")->find("\"op\":\"notice\"") != std::string::npos);
    const auto interrupted = std::ranges::find(now.changes, JobState::Interrupted, &StateChange::state);
    REQUIRE(interrupted != now.changes.end());
    CHECK(interrupted->waitS == 0.25);
    CHECK((interrupted + 1)->time - interrupted->time >= 0.24);
}

TEST_CASE("the priority of a job that waits is changed; one that has ended or is worked on keeps its own")
{
    const Bench bench;
    const Job first = bench.submit({{"command", "true"}}), second = bench.submit({{"command", "true"}});
    CHECK(bench.queue.next()->id == first.id);
    REQUIRE(bench.queue.setPriority(second, 4));
    CHECK(bench.queue.next()->id == second.id);
    CHECK(bench.now(second).priority == 4);
    {
        const auto held = JobFile::open(second.folder);
        REQUIRE(held);
        CHECK_FALSE(bench.queue.setPriority(second, 5));
    }
    CHECK(bench.run(second) == JobState::Completed);
    const auto refused = bench.queue.setPriority(bench.now(second), 5);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("Completed") != std::string::npos);
}

TEST_CASE("waiting beyond max_wait_s falls back to the full price where the policy says so, and is not interrupted")
{
    const Bench bench;
    const Job job = bench.submit({{"command", Array{bench.script("count.sh", counting)}},
                                  {"metric_definitions", countingMetrics()},
                                  {"spot", true},
                                  {"max_run_s", 500},
                                  {"max_wait_s", 600},
                                  {"fallback", "on_demand"},
                                  {"interruption", Object{{"kind", "step"}, {"steps", Array{3, 5}}, {"wait_s", 1e6}}}});
    CHECK(bench.run(job) == JobState::Completed);
    const Job ended = bench.now(job);
    CHECK(ended.interruptions() == 1);
    CHECK_FALSE(ended.changes[5].onDemand);
    CHECK(ended.changes.back().onDemand);
}

TEST_CASE("a job that is to be stopped or interrupted hears it from another process's word")
{
    const Bench bench;
    const Job job = bench.submit({{"command", "exec sleep 600"}});
    RunnerWatch watch;
    int trainings = 0;
    watch.changed = [&](const StateChange& change) {
        if (change.state != JobState::Training)
            return;
        REQUIRE(isWorkedOn(job.folder));
        REQUIRE(bench.queue.wish(job, ++trainings == 1 ? Wish::Interrupt : Wish::Stop));
    };
    CHECK(bench.run(job, watch) == JobState::Stopped);
    CHECK(statesOf(bench.now(job)) ==
          "Pending Starting " + launch + " Interrupted Restarting " + launch + " Stopping Uploading Stopped");
    CHECK_FALSE(bench.queue.wish(bench.now(job), Wish::Stop));
    const Job waiting = bench.submit({{"command", "true"}});
    CHECK_FALSE(bench.queue.wish(waiting, Wish::Interrupt));
    REQUIRE(bench.queue.wish(waiting, Wish::Stop));
    CHECK(bench.now(waiting).state() == JobState::Stopped);
}

TEST_CASE("the queue survives a restart: priorities, what was left in the middle, a torn last line")
{
    const Bench bench;
    const Job low = bench.submit({{"command", "true"}}, -1), plain = bench.submit({{"command", "true"}}),
              later = bench.submit({{"command", "true"}}), high = bench.submit({{"command", "true"}}, 5);
    const JobQueue again(bench.folder.path() / "jobs");
    REQUIRE(again.list().size() == 4);
    // Its log and its environment are for nobody else.
    constexpr auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    CHECK((std::filesystem::status(high.folder).permissions() & others) == std::filesystem::perms::none);
    std::vector<std::string> order;
    while (const auto next = again.next()) {
        order.push_back(next->id);
        CHECK(bench.run(*next) == JobState::Completed);
    }
    CHECK(order == std::vector<std::string>{high.id, plain.id, later.id, low.id});

    const Job left = bench.submit(
        {{"command", Array{bench.script("count.sh", counting)}}, {"metric_definitions", countingMetrics()}});
    RunnerWatch watch;
    bool leave = false;
    watch.changed = [&](const StateChange& change) { leave = leave || change.state == JobState::Training; };
    watch.mustLeave = [&] { return leave && text(left.folder / "log.txt").find("step=3") != std::string::npos; };
    CHECK(bench.run(left, watch) == JobState::Interrupted);
    // As after a power cut: half a line at the end.
    std::ofstream(left.folder / "job.jsonl", std::ios::app) << R"({"op":"state","state":"Comp)";
    const auto next = again.next();
    REQUIRE(next);
    CHECK(next->id == left.id);
    CHECK(bench.run(*next) == JobState::Completed);
    CHECK(text(left.folder / "log.txt").find("begins at 4") != std::string::npos);
    CHECK_FALSE(again.next());
}

TEST_CASE("what is left of the wait is waited by whoever takes the job over")
{
    const Bench bench;
    const Job job = bench.submit({{"command", "echo step=0; exec sleep 600"},
                                  {"metric_definitions", countingMetrics()},
                                  {"interruption", Object{{"kind", "step"}, {"steps", Array{0}}, {"wait_s", 1e6}}}});
    for (int i = 0; i < 2; ++i) {
        RunnerWatch watch;
        int asked = 0;
        // The second asks while it waits already.
        watch.mustLeave = [&] { return bench.now(job).state() == JobState::Interrupted && ++asked > 1; };
        CHECK(bench.run(job, watch) == JobState::Interrupted);
        CHECK(bench.now(job).launches() == 1);
    }
}

TEST_CASE("a changed line of the journal is left out and said; a state that may not follow is not believed")
{
    const Bench bench;
    const Job job = bench.submit({{"command", "true"}});
    CHECK(bench.run(job) == JobState::Completed);
    std::string journal = text(job.folder / "job.jsonl");
    const auto at = journal.find("\"Downloading\"");
    REQUIRE(at != std::string::npos);
    journal[at + 2] = 'x';
    REQUIRE(core::base::writeFileAtomically(job.folder / "job.jsonl", journal));
    const Job read = bench.now(job);
    CHECK_FALSE(read.problem.empty());
    CHECK(read.state() == JobState::PreparingTrainingStack);
}

TEST_CASE("a worker that others kill is started again, but not for ever")
{
    const Bench bench;
    const Job job = bench.submit({{"command", "kill -9 $$"}});
    CHECK(bench.run(job) == JobState::Failed);
    CHECK(bench.now(job).launches() == 3);
    const Job crashed = bench.submit({{"command", "kill -SEGV $$"}});
    CHECK(bench.run(crashed) == JobState::Failed);
    CHECK(bench.now(crashed).launches() == 1);
}

TEST_CASE("a channel that is not here is an error that names it")
{
    const auto spec = core::spec::readJob(Object{{"command", "true"}, {"channels", Object{{"train", "s3://a/b"}}}});
    REQUIRE(spec);
    const auto remote = scriptJobOf(Object{}, *spec);
    REQUIRE_FALSE(remote);
    CHECK(remote.error().where == "/job/channels/train");
    const auto missing = scriptJobOf(Object{{"data", Object{{"channels", Object{{"train", "/nowhere/at/all"}}}}}},
                                     core::spec::JobSpec{});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().where == "/data/channels/train");
}

}
