// SPDX-License-Identifier: GPL-3.0-or-later
// Strategies that work in generations.
#include "core/tune/cma.h"
#include "core/tune/pareto.h"
#include "core/tune/study.h"

#include "tests/support/tuning_functions.h"
#include "tests/support/tuning_golden.h"

namespace tests::populations_test {

using namespace core;
using tests::json;
using tests::numbersOf;
using tests::rowsOf;

namespace {

tune::Study studyOf(const std::string& parameters, const std::string& more,
                    const std::string& objective = R"({"metric": "loss", "goal": "minimize"})")
{
    auto study = tune::Study::create("study", tests::tuning(parameters, more, objective));
    if (!study)
        FAIL(base::describe(study.error()));
    return std::move(*study);
}

// The volume up to (1.1, 7) that a strategy's trials dominate on ZDT1 with three parameters.
double volumeOf(const std::string& strategy, int seed)
{
    tune::Study study = studyOf(tests::boxOf(3, 0, 1),
                                "\"max_jobs\": 150, \"seed\": " + std::to_string(seed) + ", \"strategy\": " + strategy,
                                R"([{"metric": "a", "goal": "minimize"}, {"metric": "b", "goal": "maximize"}])");
    std::vector<tune::Losses> points;
    for (int i = 0; i < 150; ++i) {
        const auto trial = study.ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        const auto& point = (*trial)->parameters;
        const double x = tests::numberAt(point, "x0");
        const double g = 1 + 4.5 * (tests::numberAt(point, "x1") + tests::numberAt(point, "x2"));
        const double y = g * (1 - std::sqrt(x / g));
        REQUIRE(study.tell((*trial)->number, {x, -y}));
        points.push_back({x, y});
    }
    return tune::hypervolume(points, {1.1, 7});
}

}

TEST_CASE("constants and adaptation of CMA-ES are those of cmaes")
{
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); };
    const std::size_t dimensions[] = {2, 3, 8};
    std::size_t which = 0;
    for (const auto& each : tests::tuningGolden()["cma"].array()) {
        const std::size_t n = dimensions[which++];
        tune::Cma cma(std::vector<double>(n, 0.5), 1.0 / 6);
        const auto& c = cma.constants();
        CHECK(c.population == std::size_t(each["population"].toInt()));
        for (const auto& [ours, theirs] : {std::pair{c.muEff, "mu_eff"},
                                           {c.c1, "c1"},
                                           {c.cmu, "cmu"},
                                           {c.cSigma, "c_sigma"},
                                           {c.dSigma, "d_sigma"},
                                           {c.cc, "cc"}})
            CHECK(near(ours, each[theirs].toReal()));
        const auto weights = numbersOf(each["weights"]);
        for (std::size_t i = 0; i < weights.size(); ++i)
            CHECK(near(c.weights[i], weights[i]));
        for (const auto& generation : each["generations"].array()) {
            std::vector<std::pair<std::vector<double>, double>> solutions;
            const auto points = rowsOf(generation["points"]);
            const auto values = numbersOf(generation["values"]);
            for (std::size_t i = 0; i < points.size(); ++i)
                solutions.emplace_back(points[i], values[i]);
            cma.tell(solutions);
            const auto mean = numbersOf(generation["mean"]);
            const auto covariance = rowsOf(generation["covariance"]);
            CHECK(near(cma.sigma(), generation["sigma"].toReal()));
            for (std::size_t i = 0; i < n; ++i) {
                CHECK(near(cma.mean()[i], mean[i]));
                for (std::size_t k = 0; k < n; ++k)
                    CHECK(near(cma.covariance()(i, k), covariance[i][k]));
            }
        }
        for (std::uint64_t i = 0; i < 50; ++i)
            for (const double x : cma.ask(base::Draw(i, "test")))
                REQUIRE((x >= 0 && x <= 1));
    }
}

TEST_CASE("NSGA-II and TPE find a larger front than chance")
{
    const auto median = [](const std::string& strategy, int seeds) {
        std::vector<double> volumes;
        for (int seed = 0; seed < seeds; ++seed)
            volumes.push_back(volumeOf(strategy, seed));
        std::ranges::sort(volumes);
        return std::pair(volumes[volumes.size() / 2], volumes);
    };
    const auto chance = median("\"Random\"", 11);
    for (const std::string strategy : {R"({"kind": "NSGAII", "population": 20})", R"("TPE")"}) {
        INFO(strategy);
        const auto learned = median(strategy, 5);
        CHECK(learned.first > chance.second[9]);
        CHECK(learned.second.front() > chance.first);
    }
}

TEST_CASE("a population exploits its best quarter and explores around it")
{
    tune::Study study = studyOf(R"([{"path": "rate", "min": 0.001, "max": 1, "scale": "log"}])",
                                R"("max_jobs": 100, "max_parallel_jobs": 4,
                                   "strategy": {"kind": "PopulationBased", "population": 4, "resample": 0})");
    const auto ask = [&] {
        const auto trial = study.ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        return **trial;
    };
    for (int member = 0; member < 4; ++member) {
        const auto trial = ask();
        CHECK(trial.notes.find("member")->toInt() == member);
        CHECK(trial.notes.find("parent") == nullptr);
    }
    for (int member = 0; member < 4; ++member)
        REQUIRE(study.tell(member, {double(member)}));
    for (int member = 0; member < 4; ++member) {
        const auto trial = ask();
        CHECK(trial.notes.find("member")->toInt() == member);
        CHECK(trial.notes.find("generation")->toInt() == 1);
        const auto& rate = study.state().space.parameters()[0].range;
        const double own = rate.toUnit(*study.state().trials[std::size_t(member)].parameters.find("rate"));
        const double best = rate.toUnit(*study.state().trials[0].parameters.find("rate"));
        const double now = rate.toUnit(*trial.parameters.find("rate"));
        if (member < 3) {
            CHECK(trial.notes.find("parent")->toInt() == member);
            CHECK(now == Approx(own));
        } else {
            CHECK(trial.notes.find("parent")->toInt() == 0);
            REQUIRE(trial.notes.find("exploited"));
            CHECK(trial.notes.find("exploited")->toInt() == 3);
            CHECK((now == Approx(std::min(best + 0.2, 1.0)) || now == Approx(std::max(best - 0.2, 0.0))));
        }
    }
    const auto waits = study.ask();
    REQUIRE(waits);
    CHECK_FALSE(*waits);
}

}
