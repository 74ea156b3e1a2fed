// SPDX-License-Identifier: GPL-3.0-or-later
// What a study learns from studies of other tasks, whose values are on scales of their own.
#include "core/tune/analysis.h"
#include "core/tune/study.h"
#include "core/tune/warm_start.h"

#include "tests/support/tuning_functions.h"

namespace tests::transfer_test {

using namespace core;

namespace {

const std::string square = tests::boxOf(3, 0, 1);

// A bowl around a place.
double bowl(const base::Object& point, double x, double y, double z)
{
    const double a = tests::numberAt(point, "x0") - x, b = tests::numberAt(point, "x1") - y,
                 c = tests::numberAt(point, "x2") - z;
    return a * a + b * b + 0.5 * c * c;
}

using Task = std::function<double(const base::Object&)>;

double ownTask(const base::Object& point)
{
    return 0.001 * bowl(point, 0.22, 0.71, 0.45);
}

tune::StudyState parentOf(const Task& task)
{
    auto made = tune::Study::create("parent", tests::tuning(square, R"("max_jobs": 30, "strategy": "Sobol")"));
    REQUIRE(made);
    for (int i = 0; i < 30; ++i) {
        const auto trial = made->ask();
        REQUIRE(trial);
        REQUIRE(made->tell((*trial)->number, {task((*trial)->parameters)}));
    }
    return made->state();
}

tune::Study childOf(const std::string& strategy, int seed, const tune::StudyState* parent, const std::string& more = "")
{
    const std::string warm = parent ? R"(, "warm_start": {"type": "TRANSFER_LEARNING", "parents": ["parent"]})" : "";
    auto made =
        tune::Study::create("child", tests::tuning(square, R"("max_jobs": 60, "strategy": ")" + strategy +
                                                               "\", \"seed\": " + std::to_string(seed) + warm + more));
    REQUIRE(made);
    if (parent)
        for (const auto& trial : tune::warmStartTrials(made->state().spec, made->state().space, {parent}))
            REQUIRE(made->import(trial));
    return std::move(*made);
}

// The median over seeds of the best of so many trials.
double medianBest(const std::string& strategy, int trials, const tune::StudyState* parent)
{
    std::vector<double> found;
    for (int seed = 0; seed < 5; ++seed) {
        tune::Study child = childOf(strategy, seed, parent);
        double best = std::numeric_limits<double>::infinity();
        for (int i = 0; i < trials; ++i) {
            const auto trial = child.ask();
            REQUIRE(trial);
            const double value = ownTask((*trial)->parameters);
            best = std::min(best, value);
            REQUIRE(child.tell((*trial)->number, {value}));
        }
        found.push_back(best);
    }
    std::ranges::sort(found);
    return found[2];
}

}

TEST_CASE("a parent on another scale helps from the first trial on")
{
    const auto parent = parentOf([](const base::Object& p) { return 5000 + 1000 * bowl(p, 0.25, 0.68, 0.5); });
    for (const std::string strategy : {"Bayesian", "RandomForest", "TPE"}) {
        INFO(strategy);
        CHECK(medianBest(strategy, 5, &parent) < 0.5 * medianBest(strategy, 5, nullptr));
    }
}

TEST_CASE("a parent whose best lies elsewhere does not mislead for long")
{
    const auto parent = parentOf([](const base::Object& p) { return -300 + 0.01 * bowl(p, 0.9, 0.1, 0.9); });
    for (const std::string strategy : {"Bayesian", "RandomForest", "TPE"}) {
        INFO(strategy);
        // About as good as half of the trials without it, where chance alone is several times as far away.
        const double found = medianBest(strategy, 24, &parent);
        CHECK(found < 2 * medianBest(strategy, 12, nullptr));
        CHECK(found < 1e-4);
    }
}

TEST_CASE("another task's values end no study, stop no trial and are nobody's best")
{
    const auto parent = parentOf([](const base::Object& p) { return -100 + bowl(p, 0.5, 0.5, 0.5); });
    tune::Study child = childOf("Bayesian", 1, &parent, R"(, "completion": {"target_objective_metric_value": 0.0})");
    CHECK(child.state().trials.size() == 30);
    CHECK(child.state().history().best() == nullptr);
    CHECK(tune::optimizationHistory(child.state().history()).empty());
    CHECK(child.completion().empty());
    for (int i = 0; i < 3; ++i) {
        const auto trial = child.ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        REQUIRE(child.tell((*trial)->number, {3.0 - i}));
    }
    REQUIRE(tune::bestTrial(child.state()));
    CHECK(tune::bestTrial(child.state())->number == 32);
    CHECK(tune::ranking(child.state().history()) == std::vector<std::int64_t>{32, 31, 30});
    // With the same data the parents' trials count as its own.
    tune::TuningSpec same = child.state().spec;
    same.warmStart->type = "IDENTICAL_DATA_AND_ALGORITHM";
    tune::StudyState identical = child.state();
    identical.spec = same;
    CHECK(identical.history().best()->number < 30);
}

TEST_CASE("what a model of two tasks believes is told in the study's own units")
{
    const auto parent = parentOf([](const base::Object& p) { return 5000 + 1000 * bowl(p, 0.25, 0.68, 0.5); });
    tune::Study child = childOf("Bayesian", 2, &parent);
    for (int i = 0; i < 15; ++i) {
        const auto trial = child.ask();
        REQUIRE(trial);
        REQUIRE(child.tell((*trial)->number, {ownTask((*trial)->parameters)}));
    }
    const auto sampler = tune::allSamplers().make(child.state().spec.strategy);
    REQUIRE(sampler);
    const auto surrogate = (*sampler)->surrogate(child.state().history());
    REQUIRE(surrogate);
    for (const auto& trial : child.state().trials)
        if (trial.source != "warm_start")
            CHECK(surrogate->at(trial.parameters).mean == Approx(trial.values[0]).margin(5e-5));
}

}
