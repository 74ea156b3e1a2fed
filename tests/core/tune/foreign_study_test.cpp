// SPDX-License-Identifier: GPL-3.0-or-later
// What readers of other programs' studies fill in.
#include "core/tune/foreign_study.h"

#include "core/tune/study.h"
#include "tests/support/tuning.h"

namespace tests::foreign_study_test {

using namespace core;

TEST_CASE("a range is made of the values that were seen")
{
    const auto numbers = tune::rangeOfValues("x", {0.5, 3, -2, 0.5});
    CHECK(numbers.path == "x");
    CHECK(numbers.type == "continuous");
    CHECK(numbers.scale == "linear");
    CHECK(numbers.min == -2);
    CHECK(numbers.max == 3);
    const auto whole = tune::rangeOfValues("n", {7, 3, 3});
    CHECK(whole.type == "integer");
    CHECK(whole.min == 3);
    CHECK(whole.max == 7);
    // One number spans nothing, and among words numbers are words.
    CHECK(tune::rangeOfValues("one", {4, 4}).values == base::Array{4});
    CHECK(tune::rangeOfValues("mixed", {1, "a", true, "a", nullptr}).values == base::Array{1, "a", true, nullptr});
    CHECK(tune::rangeOfValues("mixed", {1, "a"}).type == "categorical");
    CHECK(tune::rangeOfValues("none", {}).values == base::Array{});
}

TEST_CASE("a study from elsewhere goes on by a strategy that needs no more than it brings")
{
    tune::ForeignStudy study;
    study.spec = tests::tuning(R"([{"path": "x", "min": 0, "max": 1}])", R"("strategy": "Random")");
    for (int i = 0; i < 3; ++i) {
        tune::Trial trial;
        trial.number = 40 - i;
        trial.state = tune::TrialState::Completed;
        trial.source = "import";
        trial.parameters = {{"x", 0.25 * i}};
        trial.values = {double(i)};
        study.trials.push_back(trial);
    }
    tune::goOnWithTpe(study);
    CHECK(study.spec.maxJobs == 3);
    for (int i = 0; i < 3; ++i)
        CHECK(study.trials[std::size_t(i)].number == i);
    // Every setting stands there, so that a form and a later version know what was meant.
    CHECK(study.spec.strategy.kind == "TPE");
    CHECK(study.spec.strategy.params.object().size() == tune::allSamplers().family().find("TPE")->schema.fields.size());
    auto made = tune::Study::create("study", study.spec);
    REQUIRE(made);
    for (const tune::Trial& trial : study.trials)
        REQUIRE(made->import(trial));
    const auto next = made->ask();
    REQUIRE(next);
    CHECK(*next);

    tune::ForeignStudy none;
    tune::goOnWithTpe(none);
    CHECK(none.spec.maxJobs == 1);
}

}
