// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/session/rule_trials.h"
#include "core/session/rules.h"
#include "tests/support/sessions.h"

#include <algorithm>

using namespace core;
using base::Array;
using base::Object;
using session::Session;
using tests::TempFolder;

namespace tests::rule_edits {

base::Value watchedBy(const std::string& rules)
{
    return resolved(R"({"data": {"source": "two-moons", "rows": 150}, "model": {"kind": "mlp", "hidden": [8]},
        "train": {"epochs": 4, "batch_size": 16, "optimizer": "adam", "threads": 1}, "capture": [], "rules": )" +
                    rules + "}");
}

const Object lossIsThere{{"rule", "Expression"}, {"name", "there"}, {"expression", "last(\"train/loss\") > 0"}};
const Object judged{{"rule", "Expression"}, {"name", "judged"}, {"expression", "last(\"validation/loss\") > 0"}};
const Object frozen{{"rule", "Expression"}, {"name", "weights"}, {"expression", "last(abs_mean(\"0.weight\")) > 0"}};

/// Trains `steps` steps one by one, edits, and then does `last`.
void trainAndEdit(Session& run, std::int64_t steps, const Array& rules, const session::Command& last)
{
    Watcher watcher;
    const auto watching = run.events().subscribe(watcher);
    run.start();
    for (std::int64_t step = 0; step < steps; ++step) {
        REQUIRE(run.post(session::SingleStep{}));
        REQUIRE(until([&] { return watcher.steps() > step; }));
    }
    REQUIRE(run.post(session::Edit{"rules", rules}));
    REQUIRE(run.post(last));
    run.wait();
}

/// Each once, sorted.
std::vector<std::string> told(const std::vector<events::Finding>& findings)
{
    std::vector<std::string> all;
    for (const events::Finding& finding : findings)
        all.push_back(finding.rule + " " + std::to_string(finding.step));
    std::ranges::sort(all);
    CHECK(std::ranges::adjacent_find(all) == all.end());
    return all;
}

std::vector<events::Finding> recordedIn(const store::RunRecord& record)
{
    std::vector<events::Finding> all;
    for (const events::Event& event : record.events)
        if (const auto* finding = std::get_if<events::Finding>(&event))
            all.push_back(*finding);
    return all;
}

TEST_CASE("rules that are added while a run goes say what they would have said from the start")
{
    const TempFolder folder;
    auto plain = made(watchedBy("[]"), folder);
    plain->start();
    const std::string digest = plain->wait().digest;

    auto run = made(watchedBy("[]"), folder, true);
    // An epoch and two steps, so that there is an evaluation as well.
    trainAndEdit(*run, 10, {lossIsThere, judged, frozen}, session::Continue{});
    const auto record = store::readRun(run->folder());
    REQUIRE(record);
    CHECK(record->finished->digest == digest);
    CHECK(session::rulesOf(*record).size() == 3);
    // Whoever weighs causes afterwards sees the rules that were in force.
    session::RecordedRuns runs;
    const auto seen = runs.read(run->folder());
    REQUIRE(seen);
    CHECK(spec::read((*seen)->facts.spec).rules.size() == 3);
    const auto found = session::checkRun(*record, session::rulesOf(*record), folder.path()).found.findings;
    CHECK(told(recordedIn(*record)) == told(found));
    CHECK(told(run->findings()) == told(found));
    const auto first = [&](const std::string& rule) {
        std::int64_t step = std::numeric_limits<std::int64_t>::max();
        for (const events::Finding& finding : found)
            step = finding.rule == rule ? std::min(step, finding.step) : step;
        return step;
    };
    CHECK(first("there") == 0);
    CHECK(first("judged") < 10);
    // What it reads is saved from the edit on: nobody asked for it before.
    CHECK(first("weights") >= 10);
    CHECK(first("weights") < 30);
}

TEST_CASE("rules that were edited watch on after a restart, and a branch may have others")
{
    const TempFolder folder;
    auto run = made(watchedBy("[]"), folder, true);
    trainAndEdit(*run, 10, {lossIsThere}, session::Stop{});
    const auto before = told(run->findings());
    REQUIRE(before.size() == 10);
    const auto path = run->folder();
    run.reset();
    auto resumed = Session::resume(path, {folder.path(), "cpu"});
    REQUIRE(resumed);
    (*resumed)->start();
    const std::int64_t steps = (*resumed)->wait().steps;
    CHECK(told((*resumed)->findings()).size() == std::size_t(steps));
    const auto record = store::readRun(path);
    REQUIRE(record);
    CHECK(told(recordedIn(*record)).size() == std::size_t(steps));

    auto branch = Session::branch(path, 12, {{"rules", Array{judged}}}, {folder.path(), "cpu"});
    REQUIRE(branch);
    (*branch)->start();
    (*branch)->wait();
    const auto grown = store::readRun((*branch)->folder());
    REQUIRE(grown);
    const auto rules = session::rulesOf(*grown);
    REQUIRE(rules.size() == 1);
    CHECK(rules.front().name == "judged");
    CHECK(told(recordedIn(*grown)) == told(session::checkRun(*grown, rules, folder.path()).found.findings));
}

TEST_CASE("one parameter of a rule can be edited; what is no rule is refused and changes nothing")
{
    const TempFolder folder;
    auto run =
        made(watchedBy(R"([{"rule": "MetricAlarm", "metric": "train/loss", "comparison": ">", "threshold": 1e9}])"),
             folder, true);
    run->start();
    CHECK_FALSE(run->post(session::Edit{"rules", Array{Object{{"rule", "NoSuchRule"}}}}));
    CHECK_FALSE(run->post(session::Edit{"rules.0.treshold", 1.0}));
    CHECK(run->findings().empty());
    REQUIRE(run->post(session::Edit{"rules.0.threshold", 0.0}));
    REQUIRE(run->post(session::Continue{}));
    run->wait();
    CHECK_FALSE(run->findings().empty());
}

}
