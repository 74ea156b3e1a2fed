// SPDX-License-Identifier: GPL-3.0-or-later
// What surrogates make of trials that failed and of values without bounds, and of spaces that are tried to the end.
#include "core/tune/study.h"

#include "tests/support/tuning.h"
#include "tests/support/tuning_functions.h"

#include <functional>
#include <limits>
#include <set>

namespace tests::failures_test {

using namespace core;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

const std::string line = R"([{"path": "x", "min": 0, "max": 1}])";

tune::Study studyWith(const std::string& parameters, const std::string& kind, int seed = 0)
{
    auto study = tune::Study::create(
        "study", tests::tuning(parameters, R"("max_jobs": 1000, "max_parallel_jobs": 3, "seed": )" +
                                               std::to_string(seed) + R"(, "strategy": ")" + kind + '"'));
    if (!study)
        FAIL(base::describe(study.error()));
    return std::move(*study);
}

// Trials asked three at a time, and told; of `valueAt`(point, number).
void run(tune::Study& study, int trials, const std::function<double(const base::Object&, std::int64_t)>& valueAt)
{
    for (int done = 0; done < trials;) {
        std::vector<tune::Trial> asked;
        for (int i = 0; i < 3 && done < trials; ++i, ++done) {
            const auto trial = study.ask();
            REQUIRE(trial);
            REQUIRE(*trial);
            asked.push_back(**trial);
        }
        for (const tune::Trial& trial : asked)
            REQUIRE(study.tell(trial.number, {valueAt(trial.parameters, trial.number)}));
    }
}

tune::Observed observedOf(const std::vector<std::pair<double, double>>& told)
{
    tune::Study study = studyWith(line, "Random");
    for (const auto& [x, value] : told) {
        REQUIRE(study.enqueue({{"x", x}}));
        const auto trial = study.ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        REQUIRE(study.tell((*trial)->number, {value}));
    }
    return tune::observe(study.state().history(), 100);
}

}

TEST_CASE("values without bounds count as the worst and the best finite ones")
{
    const tune::Observed seen = observedOf({{0.1, 3}, {0.2, infinity}, {0.3, 1}, {0.4, -infinity}, {0.5, 2}});
    REQUIRE(seen.size() == 5);
    CHECK(seen.losses[1] == seen.losses[0]);
    CHECK(seen.losses[3] == seen.losses[2]);
    CHECK(seen.losses[4] < seen.losses[0]);
    CHECK(seen.losses[4] > seen.losses[2]);
}

TEST_CASE("a failure is left out, but where the three nearest failed too the place is the worst")
{
    const double nan = std::nan("");
    const tune::Observed lone = observedOf({{0.1, 3}, {0.2, nan}, {0.3, 1}, {0.9, nan}, {0.4, 2}});
    REQUIRE(lone.size() == 3);
    CHECK(lone.x(1, 0) == 0.3);
    // Of five beyond 0.8 all have three others there that are nearest; of 0.2 they are not.
    const tune::Observed region = observedOf(
        {{0.1, 3}, {0.2, nan}, {0.3, 1}, {0.9, nan}, {0.95, nan}, {0.88, nan}, {1.0, nan}, {0.4, 2}, {0.5, 2.5}});
    REQUIRE(region.size() == 8);
    CHECK(region.losses[2] == region.losses[0]);
    CHECK(region.losses[5] == region.losses[0]);
    CHECK(region.losses[1] < region.losses[0]);
    // Two that failed and nothing else say nothing yet.
    CHECK(observedOf({{0.1, nan}, {0.2, nan}}).size() == 0);
}

TEST_CASE("failures that have nothing to do with the place cost a study their trials alone")
{
    tune::Study study = studyWith(tests::boxOf(3, -5, 5), "Bayesian");
    double best = infinity;
    run(study, 48, [&](const base::Object& point, std::int64_t number) {
        if (number % 5 == 1)
            return std::nan("");
        double sum = 0;
        for (const auto& [path, x] : point)
            sum += x.toReal() * x.toReal();
        best = std::min(best, sum);
        return sum;
    });
    // With failures as the worst there were it stays above 0.3.
    CHECK(best < 0.01);
}

TEST_CASE("a region that always fails is left alone")
{
    // The best lies at its edge, and everything says that it goes on beyond.
    tune::Study study =
        studyWith(R"([{"path": "x", "min": 0, "max": 1}, {"path": "y", "min": 0, "max": 1}])", "Bayesian");
    int failed = 0;
    double best = infinity;
    run(study, 60, [&](const base::Object& point, std::int64_t number) {
        const double x = point.find("x")->toReal(), y = point.find("y")->toReal();
        if (x > 0.6) {
            failed += number >= 30;
            return std::nan("");
        }
        best = std::min(best, 1 - x + (y - 0.3) * (y - 0.3));
        return 1 - x + (y - 0.3) * (y - 0.3);
    });
    // Of the last thirty; nearly all where failures are left out wherever they are.
    CHECK(failed < 15);
    CHECK(best < 0.45);
}

TEST_CASE("a finite space is tried to its end before a point comes twice")
{
    tune::Study study = studyWith(R"([{"path": "n", "type": "integer", "min": 1, "max": 30},
        {"path": "c", "values": ["a", "b", "c"]}])",
                                  "Bayesian");
    run(study, 90, [](const base::Object& point, std::int64_t number) {
        return number % 4 == 3 ? std::nan("") : std::abs(double(point.find("n")->toInt()) - 11);
    });
    std::set<std::string> points;
    for (const tune::Trial& trial : study.state().trials)
        points.insert(base::writeJson(trial.parameters));
    CHECK(points.size() == 90);
    // Then there is nothing new to look for: the strategy's first word counts.
    const auto sampler = tune::allSamplers().make({"Bayesian", base::Object{}});
    REQUIRE(sampler);
    const auto first = (*sampler)->propose(study.state().history(), 90, 0);
    REQUIRE(first);
    const auto again = study.ask();
    REQUIRE(again);
    REQUIRE(*again);
    CHECK((*again)->parameters == first->parameters);
}

}
