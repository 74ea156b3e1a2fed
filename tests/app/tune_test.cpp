// SPDX-License-Identifier: GPL-3.0-or-later
// Studies through the program: trials in processes of their own, killed and gone on with, stopped and revived.
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>

namespace tests::tune_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

Value experiment(const Object& more, std::int64_t epochs = 2)
{
    Object tuning{
        {"strategy", "Random"},
        {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
        {"max_jobs", 4},
        {"max_parallel_jobs", 2},
        {"seed", 3},
        {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 0.1}, {"scale", "log"}},
                             Object{{"path", "model.activation"}, {"values", Array{"relu", "tanh"}}}}}};
    for (const auto& [key, value] : more)
        tuning.set(key, value);
    return Object{{"name", "moons"},
                  {"data", Object{{"source", "two-moons"}, {"rows", 200}}},
                  {"model", Object{{"kind", "mlp"}, {"hidden", Array{8}}}},
                  {"train", Object{{"epochs", epochs}, {"batch_size", 16}, {"optimizer", Object{{"kind", "adam"}}}}},
                  {"tuning", std::move(tuning)}};
}

struct Studied {
    TempFolder folder;
    std::string runs = (folder.path() / "runs").string(), file = (folder.path() / "a.experiment.json").string();

    explicit Studied(const Value& tree) { REQUIRE(core::base::writeFileAtomically(file, core::base::writeJson(tree))); }
    Ended tune(std::vector<std::string> more = {}) const
    {
        std::vector<std::string> all{"tune", file, "--runs", runs, "--json"};
        all.insert(all.end(), more.begin(), more.end());
        return cli(all);
    }
};

std::vector<std::pair<std::string, double>> valuesOf(const Value& study)
{
    std::vector<std::pair<std::string, double>> values;
    for (const Value& trial : study["trials"].array())
        values.emplace_back(trial["state"].text(), trial["value"].isNumber() ? trial["value"].toReal() : -1);
    return values;
}

}

TEST_CASE("a study trains its trials as runs and tells the best; the same seed makes the same study")
{
    const Studied studied(experiment({}));
    const Ended ended = studied.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    const Array trials = told["trials"].array();
    REQUIRE(trials.size() == 4);
    double best = 1e9;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        CHECK(trials[i]["number"].toInt() == std::int64_t(i));
        CHECK(trials[i]["state"].text() == "completed");
        CHECK(trials[i]["parameters"]["train.optimizer.lr"].toReal() >= 1e-4);
        best = std::min(best, trials[i]["value"].toReal());
        // A trial is a run: what it recorded is its value.
        const Ended shown = cli({"runs", "show", trials[i]["run"].text(), "--runs", studied.runs, "--json"});
        CHECK(shown.status == 0);
    }
    CHECK(told["best"]["value"].toReal() == Approx(best));
    CHECK(told["stopped_early"].toInt() == 0);
    // It has ended: the same command begins another, which is the same.
    const Ended again = studied.tune();
    REQUIRE(again.status == 0);
    CHECK(again.json()["study"].text() != told["study"].text());
    CHECK(valuesOf(again.json()) == valuesOf(told));
}

TEST_CASE("a coordinator that is killed loses no trial: the study goes on and ends as if nothing had been")
{
    const Studied studied(experiment({{"max_jobs", 6}}, 40));
    const Studied other(experiment({{"max_jobs", 6}}, 40));
    const Ended whole = other.tune();
    REQUIRE(whole.status == 0);
    for (int kills = 0; kills < 2; ++kills) {
        tests::Running running(tests::cliCommand({"tune", studied.file, "--runs", studied.runs, "--json"}));
        // Somewhere after a value was told.
        const std::string journal = studied.runs + "/moons-study-0001/study.jsonl";
        const auto reports = [&] {
            const auto text = core::base::readFile(journal);
            std::size_t count = 0;
            for (std::size_t at = 0; text && (at = text->find("\"op\":\"report\"", at)) != text->npos; ++at)
                ++count;
            return count;
        };
        const std::size_t before = reports();
        REQUIRE(tests::until([&] { return reports() > before + 20 || !running.going(); }));
        running.signal(SIGKILL);
        running.wait();
    }
    const Ended ended = studied.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["trials"].array().size() == 6);
    CHECK(valuesOf(ended.json()) == valuesOf(whole.json()));
    std::set<std::string> runs;
    const Value told = ended.json();
    for (const Value& trial : told["trials"].array())
        runs.insert(trial["run"].text());
    CHECK(runs.size() == 6);
}

TEST_CASE("a trial that was stopped early says why, and goes on where it stood when it is revived")
{
    // Epochs enough for the word to come before a trial's end.
    const Studied studied(experiment({{"strategy", "ASHA"}, {"max_jobs", 8}, {"max_parallel_jobs", 1}}, 243));
    const Ended ended = studied.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    REQUIRE(told["stopped_early"].toInt() > 0);
    for (const Value& trial : told["trials"].array()) {
        if (trial["state"].text() != "stopped")
            continue;
        CHECK(trial["stop"]["message"].text().find("validation/loss") != std::string::npos);
        const std::string number = std::to_string(trial["number"].toInt());
        const Ended revived = cli({"trial", "revive", told["study"].text(), number, "--runs", studied.runs, "--json"});
        INFO(revived.err);
        REQUIRE(revived.status == 0);
        CHECK(revived.json()["state"].text() == "completed");
        CHECK(revived.json()["run"].text() == trial["run"].text());
        CHECK(revived.json()["value"].isNumber());
        break;
    }
}

TEST_CASE("a worker that is killed is replaced, and its trial goes on")
{
    const Studied studied(experiment({{"max_jobs", 2}, {"max_parallel_jobs", 1}, {"retries", 2}}, 60));
    tests::Running running(tests::cliCommand({"tune", studied.file, "--runs", studied.runs, "--json"}));
    const std::string children =
        "/proc/" + std::to_string(running.pid()) + "/task/" + std::to_string(running.pid()) + "/children";
    int killed = 0;
    REQUIRE(tests::until([&] {
        const auto text = core::base::readFile(children);
        if (!text || text->empty() || !std::filesystem::exists(studied.runs + "/moons-study-0001-t000-0001/journal"))
            return false;
        killed = std::atoi(text->c_str());
        return killed > 0 && ::kill(killed, SIGKILL) == 0;
    }));
    const Ended ended = running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(valuesOf(ended.json()).size() == 2);
    for (const auto& [state, value] : valuesOf(ended.json()))
        CHECK(state == "completed");
}

TEST_CASE("a study asks and is told from outside, line by line")
{
    const Studied studied(
        Object{{"name", "out"},
               {"tuning",
                Object{{"strategy", "TPE"},
                       {"objective", Object{{"metric", "score"}, {"goal", "maximize"}}},
                       {"max_jobs", 3},
                       {"parameters", Array{Object{{"path", "x"}, {"type", "continuous"}, {"min", 0}, {"max", 1}}}}}}});
    const Ended made = cli({"study", "create", studied.file, "--runs", studied.runs, "--json"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    const std::string study = made.json()["study"].text();
    for (int trial = 0; trial < 3; ++trial) {
        const Ended asked = cli({"study", "ask", study, "--json"});
        REQUIRE(asked.status == 0);
        CHECK(asked.json()["number"].toInt() == trial);
        CHECK(asked.json()["parameters"]["x"].isNumber());
        const Ended on = cli({"study", "tell", study, std::to_string(trial), "0.1", "--step", "1", "--json"});
        REQUIRE(on.status == 0);
        CHECK(on.json()["state"].text() == "running");
        CHECK_FALSE(on.json()["should_stop"].toBool());
        const Ended told = cli({"study", "tell", study, std::to_string(trial), "0.5", "--json"});
        REQUIRE(told.status == 0);
        CHECK(told.json()["state"].text() == "completed");
    }
    CHECK(cli({"study", "ask", study}).status != 0);
    CHECK(cli({"study", "tell", study, "9", "1"}).status != 0);
    CHECK(cli({"study", "tell", study, "0", "much"}).status != 0);
    const Ended shown = cli({"study", "show", study, "--json"});
    CHECK(shown.json()["best"]["value"].toReal() == Approx(0.5));
}

TEST_CASE("a study does not start with what cannot be tuned, and says what would be right")
{
    const std::map<std::string, std::pair<Value, std::string>> wrong{
        {"the test split",
         {experiment({{"objective", Object{{"metric", "test/loss"}, {"goal", "minimize"}}}}), "validation"}},
        {"a name",
         {experiment({{"objective", Object{{"metric", "validation/los"}, {"goal", "minimize"}}}}), "validation/loss"}},
        {"no goal", {experiment({{"objective", Object{{"metric", "validation/loss"}}}}), "goal"}},
        {"a path",
         {experiment({{"parameters", Array{Object{{"path", "train.optimizer.lrr"}, {"min", 0.1}, {"max", 1}}}}}),
          "train.optimizer.lr"}}};
    for (const auto& [what, tree] : wrong) {
        INFO(what);
        const Studied studied(tree.first);
        const Ended ended = studied.tune();
        CHECK(ended.status == 2);
        CHECK(ended.err.find(tree.second) != std::string::npos);
    }
    Value bare = experiment({});
    bare.object().erase("tuning");
    CHECK(Studied(bare).tune().status == 2);
}

TEST_CASE("the schema of a study names its strategies and its early stopping")
{
    const std::string text = core::base::writeJson(cli({"schema", "tuning", "--json"}).json());
    for (const char* word : {"Bayesian", "Hyperband", "CmaEs", "MedianOptuna", "max_parallel_jobs", "maximize"}) {
        INFO(word);
        CHECK(text.find(word) != std::string::npos);
    }
    CHECK(cli({"schema", "--json"}).json()["properties"]["tuning"].isObject());
}

TEST_CASE("the classic of Automatic Model Tuning runs, at a small size")
{
    const TempFolder folder;
    const Ended ended = cli({"tune", DESCENT_SOURCE_DIR "/resources/experiments/amt.experiment.json", "--runs",
                             folder.path().string(), "--max-jobs", "4", "--max-parallel-jobs", "2", "--set",
                             "data.rows=600", "--set", "train.epochs=1", "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    CHECK(told["trials"].array().size() == 4);
    for (const Value& trial : told["trials"].array()) {
        CHECK(trial["state"].text() == "completed");
        CHECK(trial["parameters"]["model.num_layers"].toInt() >= 1);
        // What was proposed is what was trained, other kinds included.
        const auto text = core::base::readFile(trial["run"].text() + "/spec.json");
        REQUIRE(text);
        const Value spec = *core::base::parseJson(*text);
        for (const auto& [path, value] : trial["parameters"].object()) {
            INFO(path);
            CHECK(*spec.at(path == "train.optimizer" ? "train.optimizer.kind" : path) == value);
        }
    }
}

TEST_CASE("a dry run tells how many trials, how long and at what cost, and makes nothing")
{
    const Studied studied(experiment({{"price_per_hour", 2}, {"batched", "off"}}));
    const Ended ended = studied.tune({"--dry-run"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    CHECK(told["jobs"].toInt() == 4);
    CHECK(told["trial_seconds"].toReal() > 0);
    CHECK(told["seconds"].toReal() >= told["trial_seconds"].toReal());
    CHECK(told["cost"].toReal() == Approx(told["all_trials_seconds"].toReal() / 1800));
    CHECK(told["share"]["at_once"].toInt() * told["share"]["threads"].toInt() <= told["share"]["cores"].toInt());
    CHECK(told["metrics"].array().size() > 2);
    CHECK_FALSE(std::filesystem::exists(studied.runs));
    // Without a price there is no cost, and none is made up.
    CHECK(Studied(experiment({})).tune({"--dry-run"}).json()["cost"].isNull());
    // The share is on record, and shown.
    REQUIRE(studied.tune().status == 0);
    const Ended shown = cli({"study", "show", "moons-study-0001", "--runs", studied.runs, "--json"});
    CHECK(shown.json()["share"]["threads"].toInt() >= 1);
    CHECK(shown.json()["share"]["why"].text() == "measured");
    CHECK_FALSE(shown.json()["share"]["tried"].array().empty());
}

TEST_CASE("a study whose trials all blow up ends with what went wrong, trial by trial")
{
    const Studied studied(
        experiment({{"max_jobs", 2},
                    {"parameters",
                     Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e30}, {"max", 1e32}, {"scale", "log"}}}}}));
    const Ended ended = studied.tune();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    const Value told = ended.json();
    CHECK(told["best"].isNull());
    CHECK(told["problem"].text().find("no trial has a value: 2 failed") == 0);
    for (const Value& trial : told["trials"].array()) {
        CHECK(trial["state"].text() == "failed");
        CHECK_FALSE(trial["error"].text().empty());
    }
}

}
