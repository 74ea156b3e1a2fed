// SPDX-License-Identifier: GPL-3.0-or-later
// Studies of programs of a person's own: a shell script and a Python script without packages.
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::script_study_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

// Falls towards the square of what it is given; says so when it is told to end.
constexpr const char* fallingShell = R"~(x=$SM_HP_X
grep -q "\"x\"" "$SM_INPUT_CONFIG_DIR/hyperparameters.json" || exit 9
trap 'echo ended; exit 3' TERM
for e in 1 2 3; do
    echo "epoch $e: $(awk "BEGIN { print $x * $x + 1 / $e }")"
done
)~";

constexpr const char* fallingPython = R"~(import json, os, signal, sys, time
with open(os.path.join(os.environ["SM_INPUT_CONFIG_DIR"], "hyperparameters.json")) as file:
    x = float(json.load(file)["x"])
assert os.environ["SM_HP_X"] and os.environ["SM_HP_DEPTH"] == "2"
def leave(*_):
    print("told to end", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
bad = x > 0.5
for epoch in range(1, 6):
    print(f"epoch {epoch}: {x * x + 1 / epoch}", flush=True)
    if bad and epoch == 3:
        time.sleep(600)  # nothing but the early stopping ends it
)~";

struct ScriptStudy {
    TempFolder folder;
    std::string runs = (folder.path() / "runs").string(), file = (folder.path() / "a.experiment.json").string();

    ScriptStudy(const std::string& script, Array command, Object tuning)
    {
        folder.file("script", script);
        tuning.set("objective", Object{{"metric", "loss"}, {"goal", "minimize"}});
        tuning.set("seed", 1);
        const Object job{
            {"command", std::move(command)},
            {"notify", 20},
            {"hyperparameters", Object{{"depth", 2}}},
            {"channels", Object{{"code", folder.path().string()}}},
            {"metric_definitions", Array{Object{{"name", "epoch"}, {"regex", "epoch ([0-9]+)"}},
                                         Object{{"name", "loss"}, {"regex", "epoch [0-9]+: ([0-9.e+-]+)"}}}}};
        REQUIRE(core::base::writeFileAtomically(
            file, core::base::writeJson(Object{{"name", "falls"}, {"job", job}, {"tuning", std::move(tuning)}})));
    }
    Ended tune() const { return cli({"tune", file, "--runs", runs, "--json"}); }
};

}

TEST_CASE("a study tunes a shell script: the point's values reach it, its log gives the objective, each trial a run")
{
    const ScriptStudy study(fallingShell, {"/bin/sh", "-c", "exec /bin/sh \"$SM_CHANNEL_CODE/script\""},
                            {{"strategy", "Grid"},
                             {"max_jobs", 3},
                             {"max_parallel_jobs", 2},
                             {"parameters", Array{Object{{"path", "x"}, {"values", Array{0.5, 0.25, 2}}}}}});
    const Ended ended = study.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    REQUIRE(told["trials"].array().size() == 3);
    for (const Value& trial : told["trials"].array()) {
        const double x = trial["parameters"]["x"].toReal();
        CHECK(trial["state"].text() == "completed");
        CHECK(trial["value"].toReal() == Approx(x * x + 1.0 / 3).epsilon(1e-4));
        const Value run = cli({"runs", "show", trial["run"].text(), "--runs", study.runs, "--json"}).json();
        CHECK(core::base::writeJson(run).find("loss") != std::string::npos);
    }
    CHECK(told["best"]["parameters"]["x"].toReal() == 0.25);
}

TEST_CASE("early stopping ends a Python script with its notice; a script that fails fails its trial with its words")
{
    const std::string python = tests::python();
    if (python.empty()) {
        WARN("skipped: there is no Python");
        return;
    }
    const ScriptStudy study(
        fallingPython, {python, "-c", fallingPython},
        {{"strategy", "Grid"},
         {"max_jobs", 3},
         {"max_parallel_jobs", 1},
         {"early_stopping", Object{{"kind", "Threshold"}, {"upper", 3.0}}},
         {"parameters", Array{Object{{"path", "job.hyperparameters.x"}, {"values", Array{0.1, 0.2, 2.0}}}}}});
    const Ended ended = study.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    std::int64_t completed = 0, stopped = 0;
    const Value all = ended.json();
    for (const Value& trial : all["trials"].array()) {
        completed += trial["state"].text() == "completed";
        if (trial["state"].text() != "stopped")
            continue;
        ++stopped;
        CHECK(trial["parameters"]["job.hyperparameters.x"].toReal() == 2.0);
        char label[8];
        std::snprintf(label, sizeof label, "t%03d", int(trial["number"].toInt()));
        const auto log = core::base::readFile(std::filesystem::path(all["study"].text()) /
                                              (std::string(label) + ".job") / "log.txt");
        REQUIRE(log);
        CHECK(log->find("told to end") != std::string::npos);
    }
    CHECK(completed == 2);
    CHECK(stopped == 1);

    const ScriptStudy failing(
        R"~(echo "no rows" > "$SAGEMAKER_BASE_DIR/output/failure"; exit 7)~",
        {"/bin/sh", "-c", "exec /bin/sh \"$SM_CHANNEL_CODE/script\""},
        {{"strategy", "Grid"}, {"max_jobs", 1}, {"parameters", Array{Object{{"path", "x"}, {"values", Array{1}}}}}});
    const Value trial = failing.tune().json()["trials"].array().front();
    CHECK(trial["state"].text() == "failed");
    CHECK(trial["error"].text().find("status 7: no rows") != std::string::npos);
}

TEST_CASE("a study of a script whose coordinator is killed goes on with each trial's own checkpoints")
{
    const ScriptStudy study(
        R"~(at="$SM_CHECKPOINT_DIR/at"; n=1; [ -f "$at" ] && n=$(cat "$at")
while [ "$n" -le 4 ]; do
    echo "epoch $n: 0.$((9 - n))"
    n=$((n + 1)); echo "$n" > "$at.new"; mv "$at.new" "$at"
    if [ "$n" = 3 ] && [ ! -f "$SM_CHECKPOINT_DIR/waited" ]; then touch "$SM_CHECKPOINT_DIR/waited"; exec sleep 600; fi
done)~",
        {"/bin/sh", "-c", "exec /bin/sh \"$SM_CHANNEL_CODE/script\""},
        {{"strategy", "Grid"}, {"max_jobs", 1}, {"parameters", Array{Object{{"path", "x"}, {"values", Array{1}}}}}});
    {
        tests::Running running(tests::cliCommand({"tune", study.file, "--runs", study.runs, "--json"}));
        REQUIRE(tests::until([&] {
            return std::filesystem::exists(std::filesystem::path(study.runs) / "falls-study-0001" / "t000.job" / "ml" /
                                           "checkpoints" / "waited") ||
                   !running.going();
        }));
        REQUIRE(running.going());
        running.signal(SIGKILL);
        running.wait();
    }
    const Ended ended = study.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value trial = ended.json()["trials"].array().front();
    CHECK(trial["state"].text() == "completed");
    CHECK(trial["value"].toReal() == Approx(0.5));
    const auto log =
        core::base::readFile(std::filesystem::path(study.runs) / "falls-study-0001" / "t000.job" / "log.txt");
    REQUIRE(log);
    CHECK(log->find("epoch 1:") == log->rfind("epoch 1:")); // what was saved was not done again
}

}
