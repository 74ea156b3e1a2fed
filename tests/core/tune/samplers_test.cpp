// SPDX-License-Identifier: GPL-3.0-or-later
// What every strategy promises, over the whole registry.
#include "core/tune/study.h"

#include "tests/support/tuning.h"
#include "tests/support/tuning_functions.h"

#include <set>

namespace tests::samplers_test {

using namespace core;
using tests::json;

namespace {

const std::string mixed = R"([
    {"path": "rate", "min": 1e-5, "max": 1, "scale": "log"},
    {"path": "momentum", "min": 0.5, "max": 0.999, "scale": "reverse_log", "when": {"path": "kind", "values": ["sgd", "nag"]}},
    {"path": "kind", "values": ["sgd", "nag", "adam"]},
    {"path": "layers", "type": "integer", "min": 1, "max": 9},
    {"path": "share", "min": 0, "max": 0.5, "step": 0.1}])";

double valueOf(const base::Object& point)
{
    double value = std::pow(std::log10(point.find("rate")->toReal()) + 2.5, 2);
    value += 0.1 * std::pow(double(point.find("layers")->toInt()) - 4, 2) + point.find("share")->toReal();
    if (const auto* momentum = point.find("momentum"))
        return value + std::abs(momentum->toReal() - 0.9);
    return value + 1;
}

// Some trials at once, told in another order than they were asked in; some fail, some are stopped.
std::vector<std::string> pointsOf(const std::string& kind, std::int64_t seed, int trials)
{
    auto made = tune::Study::create(
        "study", tests::tuning(mixed, R"("max_jobs": 200, "max_parallel_jobs": 3, "seed": )" + std::to_string(seed) +
                                          R"(, "strategy": ")" + kind + "\""));
    if (!made)
        FAIL(base::describe(made.error()));
    tune::Study& study = *made;
    std::vector<std::string> points;
    std::vector<tune::Trial> running;
    while (int(points.size()) < trials) {
        auto next = study.ask();
        REQUIRE(next);
        if (*next) {
            const auto inside = study.state().space.check((*next)->parameters, kind);
            if (!inside)
                FAIL(base::describe(inside.error()));
            points.push_back(base::writeJson((*next)->parameters));
            running.push_back(**next);
            continue;
        }
        if (running.empty())
            break;
        const tune::Trial trial = running[running.size() > 1 ? 1 : 0];
        std::erase_if(running, [&](const tune::Trial& each) { return each.number == trial.number; });
        const double value = valueOf(trial.parameters);
        if (trial.number % 9 == 4) {
            REQUIRE(study.fail(trial.number, "no memory"));
        } else if (trial.number % 9 == 7) {
            REQUIRE(study.report(trial.number, 0, value));
            REQUIRE(study.stop(trial.number, {"person", 0, value, value, {}, ""}));
        } else {
            REQUIRE(study.tell(trial.number, {value}));
        }
    }
    return points;
}

}

TEST_CASE("strategies stay in range, keep to conditions and repeat by their seed")
{
    for (const base::Entry& entry : tune::allSamplers().family().entries) {
        if (entry.kind == "Manual")
            continue;
        INFO(entry.kind);
        const auto points = pointsOf(entry.kind, 3, 36);
        CHECK(points.size() == 36);
        CHECK(pointsOf(entry.kind, 3, 36) == points);
        if (entry.kind != "Grid")
            CHECK(pointsOf(entry.kind, 4, 36) != points);
        if (entry.kind != "PopulationBased")
            CHECK(std::set(points.begin(), points.end()).size() > 30);
    }
}

TEST_CASE("whole numbers stay whole, conditions on them hold, and a range of one value is that value")
{
    for (const base::Entry& entry : tune::allSamplers().family().entries) {
        if (entry.kind == "Manual")
            continue;
        INFO(entry.kind);
        auto study = tune::Study::create("study", tests::tuning(R"([
            {"path": "fixed", "type": "continuous", "min": 2, "max": 2},
            {"path": "depth", "type": "integer", "min": 1, "max": 4},
            {"path": "width", "type": "integer", "min": 4, "max": 64, "scale": "log"},
            {"path": "one", "type": "integer", "min": 3, "max": 3},
            {"path": "deep", "min": 0, "max": 1, "when": {"path": "depth", "values": [2, 3]}}])",
                                                                R"("max_jobs": 30, "strategy": ")" + entry.kind + '"'));
        REQUIRE(study);
        int deep = 0;
        for (int i = 0; i < 30; ++i) {
            const auto trial = study->ask();
            REQUIRE(trial);
            REQUIRE(*trial);
            const base::Object& point = (*trial)->parameters;
            INFO(base::writeJson(point));
            const base::Value &depth = *point.find("depth"), &width = *point.find("width"), &one = *point.find("one");
            REQUIRE((depth.isInt() && width.isInt() && one.isInt()));
            CHECK(point.find("fixed")->toReal() == 2);
            CHECK((point.find("deep") != nullptr) == (depth.toInt() == 2 || depth.toInt() == 3));
            deep += point.find("deep") != nullptr && i >= 15;
            REQUIRE(study->tell((*trial)->number, {std::abs(double(depth.toInt()) - 2) + double(width.toInt()) / 64}));
        }
        CHECK(deep > 0);
    }
}

TEST_CASE("a strategy goes on alike after its study was opened again")
{
    for (const base::Entry& entry : tune::allSamplers().family().entries) {
        if (entry.kind == "Manual")
            continue;
        INFO(entry.kind);
        const auto spec = tests::tuning(mixed, R"("max_jobs": 60, "strategy": ")" + entry.kind + "\"");
        auto whole = tune::Study::create("study", spec);
        REQUIRE(whole);
        tune::StudyState copy;
        for (int i = 0; i < 24; ++i) {
            const auto trial = whole->ask();
            REQUIRE(trial);
            REQUIRE(*trial);
            if (i % 8 == 0) {
                // A sampler that is made anew knows the history alone.
                copy = whole->state();
                copy.trials.pop_back();
                const auto fresh = tune::allSamplers().make(spec.strategy);
                REQUIRE(fresh);
                const auto next = (*fresh)->propose(copy.history(), (*trial)->number, 0);
                REQUIRE(next);
                CHECK(base::writeJson(next->parameters) == base::writeJson((*trial)->parameters));
            }
            REQUIRE(whole->tell((*trial)->number, {valueOf((*trial)->parameters)}));
        }
    }
}

TEST_CASE("what learns finds better values than chance, by more than the seeds' spread")
{
    // Four of five seeds are better than the median of chance, and the median than its best quarter.
    using tests::regretsOf;
    for (const auto& [kind, function, trials] : std::vector<std::tuple<std::string, std::string, int>>{
             {"Bayesian", "branin", 30}, {"Bayesian", "mixed", 30}, {"Bayesian", "hartmann6", 40}}) {
        INFO(kind << " on " << function);
        const auto chance = regretsOf("Random", function, trials, 15), learned = regretsOf(kind, function, trials, 5);
        CHECK(learned[2] < chance[3]);
        CHECK(learned[3] < chance[7]);
    }
}

TEST_CASE("a surrogate says what it believes in the objective's own units")
{
    for (const std::string kind : {"Bayesian", "RandomForest"}) {
        INFO(kind);
        const auto spec =
            tests::tuning(R"([{"path": "x", "min": 0, "max": 10}])", R"("max_jobs": 60, "strategy": ")" + kind + "\"",
                          R"({"metric": "accuracy", "goal": "maximize"})");
        auto study = tune::Study::create("study", spec);
        REQUIRE(study);
        const auto sampler = tune::allSamplers().make(spec.strategy);
        REQUIRE(sampler);
        CHECK((*sampler)->surrogate(study->state().history()) == nullptr);
        const auto valueAt = [](double x) { return 50 - 3 * (x - 4) * (x - 4); };
        for (int i = 0; i < 20; ++i) {
            const auto trial = study->ask();
            REQUIRE(trial);
            REQUIRE(*trial);
            REQUIRE(study->tell((*trial)->number, {valueAt((*trial)->parameters.find("x")->toReal())}));
        }
        const auto surrogate = (*sampler)->surrogate(study->state().history());
        REQUIRE(surrogate);
        for (const auto& trial : study->state().trials) {
            const tune::Belief belief = surrogate->at(trial.parameters);
            if (kind == "Bayesian")
                CHECK(belief.mean == Approx(trial.values[0]).margin(0.5));
            CHECK(belief.deviation >= 0);
        }
        // A forest's steps are coarse, but they lead the same way.
        CHECK(surrogate->at({{"x", 4.0}}).mean > surrogate->at({{"x", 9.5}}).mean + 20);
        if (kind == "Bayesian") {
            CHECK(surrogate->at({{"x", 4.0}}).mean == Approx(50).margin(0.5));
            CHECK(surrogate->at({{"x", 9.9}}).mean < 0);
        }
    }
}

}
