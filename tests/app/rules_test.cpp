// SPDX-License-Identifier: GPL-3.0-or-later
// The debugger's rules through the program: beside a training, over recorded runs, after a restart.
#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

namespace tests::rules_test {

namespace fs = std::filesystem;
using core::base::Array;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

// A deep net of sigmoids: what comes back vanishes, and it learns nothing.
std::string sick(const std::string& rules, const std::string& more = "")
{
    return R"({"name": "sick", "data": {"source": "two-moons", "rows": 400},
        "model": {"kind": "mlp", "hidden": [16, 16, 16, 16, 16, 16, 16, 16], "activation": "sigmoid"},
        "train": {"epochs": 10, "batch_size": 16, "optimizer": {"kind": "sgd", "lr": 0.1}, "threads": 1, "seed": 1)" +
           more + R"(},
        "rules": )" +
           rules + "}";
}

const std::string some = R"(["VanishingGradient", {"rule": "loss_not_decreasing", "num_steps": "20"}, "Overfit",
    {"rule": "Expression", "name": "flat", "expression": "slope(\"train/loss\", 50) > 0"}])";

Value trained(const TempFolder& folder, const std::string& experiment)
{
    const Ended ended =
        cli({"train", folder.file("sick.experiment.json", experiment), "--runs", folder.path() / "runs", "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    return ended.json();
}

// `rule step tensor`, a line each.
std::string linesOf(const Value& findings)
{
    std::ostringstream text;
    for (const Value& finding : findings.array())
        text << finding["rule"].text() << ' ' << finding["step"].toInt() << ' ' << finding["tensor"].text() << ' '
             << finding["value"].toReal() << '\n';
    return text.str();
}

Value rulesOf(const std::string& run, std::vector<std::string> more = {})
{
    std::vector<std::string> arguments{"rules", run, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = cli(arguments);
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    return ended.json();
}

std::string sorted(const std::string& lines)
{
    std::istringstream in(lines);
    std::multiset<std::string> all;
    for (std::string line; std::getline(in, line);)
        all.insert(line);
    std::string text;
    for (const std::string& line : all)
        text += line + "\n";
    return text;
}

}

TEST_CASE("rules say the same beside a training and over the run that it recorded")
{
    const TempFolder folder;
    const Value run = trained(folder, sick(some));
    const Value again = rulesOf(run["run"].text());
    CHECK(again["states"]["VanishingGradient"].text() == "IssuesFound");
    CHECK(again["states"]["Overfit"].text() == "NoIssuesFound");
    CHECK(again["states"]["flat"].text() == "IssuesFound");
    REQUIRE(run["findings"].array().size() > 10);
    CHECK(linesOf(run["findings"]) == linesOf(again["findings"]));
    const Value& first = again["findings"].array()[0];
    for (const char* key : {"rule", "step", "tensor", "value", "threshold", "message", "fixes"})
        CHECK_FALSE(first[key].isNull());
    CHECK(first["fixes"].array()[0]["changes"].object().size() > 0);
    const auto record = core::store::readRun(run["run"].text());
    REQUIRE(record);
    std::size_t findings = 0;
    for (const auto& event : record->events)
        findings += std::holds_alternative<core::events::Finding>(event);
    CHECK(findings == run["findings"].array().size());
}

TEST_CASE("other rules may be asked of a recorded run")
{
    const TempFolder folder;
    const std::string run = trained(folder, sick("[]"))["run"].text();
    CHECK(rulesOf(run)["findings"].array().empty());
    const auto file = folder.file("rules.json", R"([{"rule": "VanishingGradient", "threshold": "1e-3"}])");
    const Value found = rulesOf(run, {"--rules", file});
    CHECK(found["states"]["VanishingGradient"].text() == "IssuesFound");
    for (const auto& [text, where] :
         {std::pair(R"([{"rule": "VanishingGradiant"}])", "/rules/0/rule"),
          {R"([{"rule": "VanishingGradient", "treshold": 1}])", "/rules/0/treshold"},
          {R"([{"rule": "Expression", "expression": "1 <"}])", "/rules/0/expression"},
          {R"([{"rule": "AllZero", "tensor_regex": ["a("]}])", "/rules/0/tensor_regex"},
          {R"([{"rule": "Overfit", "actions": [{"name": "sms", "endpoint": "0123"}]}])", "/rules/0/actions/0/endpoint"},
          {R"({"no": 1})", "rules.json"}}) {
        INFO(text);
        const Ended bad = cli({"rules", run, "--rules", folder.file("rules.json", text), "--json"});
        CHECK(bad.status == 2);
        CHECK(bad.json()["error"]["where"].text().find(where) != std::string::npos);
    }
    const Ended near = cli({"rules", run, "--rules", folder.file("rules.json", R"(["VanishingGradiant"])"), "--json"});
    CHECK(near.json()["error"]["message"].text().find("Did you mean \"VanishingGradient\"?") != std::string::npos);
}

TEST_CASE("a run that was interrupted and resumed has the findings of one that was not")
{
    const TempFolder folder;
    const std::string experiment = sick(some, R"(, "checkpoint": {"every_steps": 20})");
    const Value whole = trained(folder, experiment);
    const auto file = folder.file("long.experiment.json", experiment);
    tests::Running training(
        tests::cliCommand({"train", file, "--runs", folder.path() / "cut", "--set", "train.epochs=4000", "--json"}));
    REQUIRE(tests::until([&] {
        std::error_code notYet;
        for (const auto& run : fs::directory_iterator(folder.path() / "cut", notYet))
            if (fs::exists(run.path() / "checkpoints") && !fs::is_empty(run.path() / "checkpoints"))
                return true;
        return false;
    }));
    training.signal(SIGINT);
    const Value cut = training.wait().json();
    REQUIRE(cut["status"].text() == "interrupted");
    // Interrupted rules are in progress; those that fired stay so.
    const Value now = rulesOf(cut["run"].text());
    CHECK(now["states"]["Overfit"].text() == "InProgress");
    CHECK(linesOf(now["findings"]) == linesOf(cut["findings"]));
    tests::Running resumed(tests::cliCommand({"resume", cut["run"].text(), "--json"}));
    REQUIRE(tests::until([&] { return !resumed.errorsSoFar().empty(); }));
    resumed.signal(SIGINT);
    const Value end = resumed.wait().json();
    CHECK(sorted(linesOf(end["findings"])) == sorted(linesOf(rulesOf(cut["run"].text())["findings"])));
    CHECK(end["findings"].array().size() >= cut["findings"].array().size());
    CHECK(whole["findings"].array().size() > 0);
}

TEST_CASE("a branch has the findings of its own past and of what it does")
{
    const TempFolder folder;
    const Value parent = trained(folder, sick(some));
    const Ended ended = cli({"branch", parent["run"].text(), "--at", "60", "--runs", folder.path() / "runs", "--json"});
    REQUIRE(ended.status == 0);
    const Value branch = ended.json();
    CHECK(branch["digest"] == parent["digest"]);
    CHECK(sorted(linesOf(branch["findings"])) == sorted(linesOf(parent["findings"])));
    CHECK(sorted(linesOf(rulesOf(branch["run"].text())["findings"])) == sorted(linesOf(parent["findings"])));
}

TEST_CASE("a rule that stops the run ends it with the reason, and it can be resumed")
{
    const TempFolder folder;
    const Value run = trained(folder, R"({"data": {"source": "two-moons", "rows": 2000}, "model": {"kind": "mlp"},
        "train": {"epochs": 2000, "threads": 1}, "rules": [{"rule": "MetricAlarm", "metric": "train/loss",
        "comparison": "<", "threshold": 10, "actions": {"name": "stoptraining"}}, "Overfit"]})");
    CHECK(run["status"].text() == "stopped");
    CHECK(run["epochs"].toInt() < 2000);
    const auto record = core::store::readRun(run["run"].text());
    REQUIRE(record);
    bool told = false;
    std::vector<std::string> states;
    for (const auto& event : record->events) {
        if (const auto* changed = std::get_if<core::events::StateChanged>(&event))
            told = told || changed->reason.starts_with("MetricAlarm stopped the run at step 0");
        if (const auto* changed = std::get_if<core::events::RuleStateChanged>(&event);
            changed && changed->rule == "Overfit")
            states.push_back(changed->state);
    }
    CHECK(told);
    CHECK(states == std::vector<std::string>{"InProgress", "Stopping", "Stopped"});
    CHECK(rulesOf(run["run"].text())["states"]["Overfit"].text() == "Stopped");
}

TEST_CASE("a command is run once with the finding, and no secret gets into the run")
{
    const TempFolder folder;
    const fs::path out = folder.path() / "told";
    ::setenv("DESCENT_WEBHOOK_TOKEN", "very-secret-token", 1);
    const Value run = trained(folder, sick(R"([{"rule": "VanishingGradient", "actions": [{"action": "Command",
        "command": "echo $DESCENT_RULE $DESCENT_STEP >> )" +
                                           out.string() + R"("}, {"action": "Webhook",
        "url": "http://127.0.0.1:9/nobody"}]}])"));
    ::unsetenv("DESCENT_WEBHOOK_TOKEN");
    std::ifstream in(out);
    std::string told((std::istreambuf_iterator<char>(in)), {});
    CHECK(told == "VanishingGradient 0\n");
    bool failed = false;
    const auto record = core::store::readRun(run["run"].text());
    REQUIRE(record);
    for (const auto& event : record->events)
        if (const auto* notice = std::get_if<core::events::Notice>(&event))
            failed =
                failed || notice->error.message.starts_with("Webhook of the rule VanishingGradient: \"curl\" failed");
    CHECK(failed);
    for (const auto& entry : fs::recursive_directory_iterator(run["run"].text())) {
        if (!entry.is_regular_file())
            continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        CHECK(bytes.find("very-secret-token") == std::string::npos);
    }
}

TEST_CASE("the schema of the rules names all of them")
{
    const Ended ended = cli({"schema", "rules", "--json"});
    REQUIRE(ended.status == 0);
    for (const char* rule : {"VanishingGradient", "StalledTrainingRule", "NLPSequenceRatio", "CreateXgboostReport"})
        CHECK(ended.out.find('"' + std::string(rule) + '"') != std::string::npos);
}

TEST_CASE("healthy runs are not spoken of")
{
    const TempFolder folder;
    for (
        const char* experiment :
        {R"({"data": {"source": "two-moons", "rows": 1000}, "train": {"threads": 1, "seed": 1}})",
         R"({"data": {"source": "fashion-mnist", "rows": 3000}, "model": {"kind": "mlp"}, "train": {"epochs": 3, "threads": 1}})",
         R"({"data": {"source": "fashion-mnist", "rows": 2000}, "model": {"kind": "cnn"}, "train": {"epochs": 2, "threads": 1}})",
         R"({"data": {"source": "two-moons", "rows": 1000}, "model": {"kind": "xgboost"}})"}) {
        const Value run = trained(folder, experiment);
        INFO(experiment << core::base::writeJson(run["findings"]));
        CHECK(run["findings"].array().empty());
        const Value states = rulesOf(run["run"].text())["states"];
        INFO(core::base::writeJson(states));
        CHECK(states.object().size() >= 5);
        for (const auto& [rule, state] : states.object())
            CHECK((state.text() == "NoIssuesFound" || state.text() == "NotApplicable"));
    }
}

}
