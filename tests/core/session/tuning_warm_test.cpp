// SPDX-License-Identifier: GPL-3.0-or-later
// What a study takes over from studies before it, found in a folder of runs, and when it refuses to.
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/session/tuning_warm.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace session = core::session;
namespace tune = core::tune;
using core::base::Array;
using core::base::Object;
using core::base::Value;

namespace warm_test {

Object tuningOf(double max, const Value& warmStart = {})
{
    Object tuning{{"strategy", "Random"},
                  {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                  {"max_jobs", 3},
                  {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 0.001}, {"max", max}}}}};
    if (warmStart.isObject())
        tuning.set("warm_start", warmStart);
    return tuning;
}

session::StudySubject subjectWith(Object tuning, const std::string& source)
{
    return {Object{{"data", Object{{"source", source}, {"rows", 100}}},
                   {"model", Object{{"kind", "mlp"}, {"hidden", Array{8}}}},
                   {"tuning", std::move(tuning)}},
            std::filesystem::temp_directory_path()};
}

core::base::Result<session::StudyFolder> made(const tests::TempFolder& runs, const session::StudySubject& subject)
{
    CORE_TRY(plan, session::planStudy(subject, session::PlanDepth::Text));
    return session::createStudy(subject, plan.spec, runs.path());
}

// Its three trials have the values 1, 2 and 3.
session::StudyFolder endedParent(const tests::TempFolder& runs, const std::string& source = "two-moons")
{
    const auto folder = made(runs, subjectWith(tuningOf(0.1), source));
    if (!folder)
        FAIL(core::base::describe(folder.error()));
    auto study = tune::Study::open(folder->journal());
    REQUIRE(study);
    for (int i = 0; i < 3; ++i) {
        const auto trial = study->ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        REQUIRE(study->tell((*trial)->number, {i + 1.0}));
    }
    REQUIRE(study->ask());
    REQUIRE(study->state().ended.find("all 3") == 0);
    return *folder;
}

std::string refusal(const core::base::Result<session::StudyFolder>& child)
{
    return child ? std::string() : core::base::describe(child.error());
}

}

using namespace warm_test;

TEST_CASE("a child begins with what its parent has tried, named by folder or by id")
{
    const tests::TempFolder runs;
    const session::StudyFolder parent = endedParent(runs);
    for (const std::string& name : {parent.id(), parent.path.string()}) {
        INFO(name);
        const auto child = made(runs, subjectWith(tuningOf(0.1, Object{{"parents", Array{name}}}), "two-moons"));
        if (!child)
            FAIL(core::base::describe(child.error()));
        const auto read = session::readStudy(*child);
        REQUIRE(read);
        REQUIRE(read->state.trials.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            const tune::Trial& trial = read->state.trials[i];
            CHECK(trial.source == "warm_start");
            CHECK(trial.state == tune::TrialState::Completed);
            CHECK(trial.values == std::vector<double>{double(i) + 1});
        }
        // They are no part of its own budget.
        CHECK(read->state.maxJobs == 3);
        CHECK(read->state.ended.empty());
    }
}

TEST_CASE("a parent that is not there, has not ended or learned from other data is refused")
{
    const tests::TempFolder runs;
    const session::StudyFolder parent = endedParent(runs), other = endedParent(runs, "spirals");
    const auto child = [&](const std::string& name, const std::string& type = "IDENTICAL_DATA_AND_ALGORITHM") {
        return made(runs, subjectWith(tuningOf(0.1, Object{{"type", type}, {"parents", Array{name}}}), "two-moons"));
    };
    const auto nowhere = child("nowhere-study-0001");
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().where == "/tuning/warm_start/parents, in " + runs.path().string());
    const auto open = made(runs, subjectWith(tuningOf(0.1), "two-moons"));
    REQUIRE(open);
    CHECK(refusal(child(open->id())).find("has not ended") != std::string::npos);
    CHECK(refusal(child(other.id())).find("other data") != std::string::npos);
    // With another task they may learn from anything.
    CHECK(refusal(child(other.id(), "TRANSFER_LEARNING")).empty());
}
