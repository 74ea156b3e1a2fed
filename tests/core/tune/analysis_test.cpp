// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/analysis.h"

#include "core/tune/importance.h"
#include "tests/support/tuning_golden.h"

namespace tests::analysis_test {

using namespace core;

namespace {

// Completed trials of a study with their values, in the order of their ends.
struct Told {
    tune::Space space;
    std::vector<tune::ObjectiveSpec> objectives{{"loss", "minimize"}};
    std::vector<tune::Trial> trials;

    void add(base::Object point, std::vector<double> values)
    {
        tune::Trial trial;
        trial.number = std::int64_t(trials.size());
        trial.state = tune::TrialState::Completed;
        trial.parameters = std::move(point);
        trial.values = std::move(values);
        trial.finished = trial.number + 1;
        trials.push_back(std::move(trial));
    }
    tune::History history() const { return {space, objectives, trials, 7}; }
};

Told golden()
{
    Told told{
        tests::spaceOf(R"([{"path": "a", "min": -2, "max": 3}, {"path": "b", "min": 1e-4, "max": 1, "scale": "log"},
                                 {"path": "c", "type": "integer", "min": 1, "max": 9}, {"path": "e", "values": ["x", "y", "z"]}])")};
    for (const auto& row : tests::tuningGolden()["importance"]["trials"].array())
        told.add({{"a", row.array()[0]}, {"b", row.array()[1]}, {"c", row.array()[2]}, {"e", row.array()[3]}},
                 {row.array()[4].toReal()});
    return told;
}

}

TEST_CASE("PED-ANOVA is Optuna's")
{
    const Told told = golden();
    std::vector<std::size_t> all(told.trials.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i;
    const auto found = tune::pedAnovaDivergences(told.history(), all, 0, 0.1);
    const auto& expected = tests::tuningGolden()["importance"]["ped_anova"];
    REQUIRE(found.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string& path = told.space.parameters()[i].path;
        INFO(path);
        CHECK(found[i] == Approx(expected[path].toReal()).epsilon(1e-8));
    }
    const auto shares = tune::pedAnova(told.history());
    REQUIRE(shares);
    CHECK((*shares)[0].path == "a");
    double sum = 0;
    for (const auto& each : *shares) {
        sum += each.value;
        CHECK(each.spread > 0);
        CHECK(each.spread < 0.5);
    }
    CHECK(sum == Approx(1));
}

TEST_CASE("fANOVA finds the shares of a sum, and nothing in what does not matter")
{
    // Var(3u) : Var(v) : Var over a category of 0 and 1 = 9/12 : 1/12 : 1/4.
    Told told{tests::spaceOf(R"([{"path": "nothing", "min": 0, "max": 1}, {"path": "u", "min": 0, "max": 1},
                                 {"path": "v", "min": 0, "max": 1}, {"path": "kind", "values": ["a", "b"]}])")};
    const base::Draw draw(3, "test");
    for (std::uint64_t i = 0; i < 300; ++i) {
        const double u = draw.uniform(4 * i), v = draw.uniform(4 * i + 1);
        const bool b = draw.uniform(4 * i + 2) < 0.5;
        told.add({{"nothing", draw.uniform(4 * i + 3)}, {"u", u}, {"v", v}, {"kind", b ? "b" : "a"}}, {3 * u + v + b});
    }
    const auto found = tune::fanova(told.history());
    REQUIRE(found);
    CHECK((*found)[0].path == "u");
    CHECK((*found)[0].value == Approx(9.0 / 13).margin(0.04));
    CHECK((*found)[1].path == "kind");
    CHECK((*found)[1].value == Approx(3.0 / 13).margin(0.04));
    CHECK((*found)[2].path == "v");
    CHECK((*found)[2].value == Approx(1.0 / 13).margin(0.03));
    CHECK((*found)[3].value < 0.01);
    CHECK((*found)[0].spread < 0.1);

    Told alike = told;
    for (auto& trial : alike.trials)
        trial.values = {2};
    CHECK_FALSE(tune::fanova(alike.history()));
    alike.trials.resize(2);
    const auto few = tune::pedAnova(alike.history());
    REQUIRE_FALSE(few);
    CHECK(base::describe(few.error()).find("at least 4") != std::string::npos);
}

TEST_CASE("history, distribution and ranks are what plots show")
{
    Told told{tests::spaceOf(R"([{"path": "x", "min": 0, "max": 1}])"), {{"accuracy", "maximize"}}};
    for (const double value : {0.5, 0.75, 0.25, 0.75})
        told.add({}, {value});
    told.trials.push_back({.number = 4, .state = tune::TrialState::Failed});
    std::swap(told.trials[0].finished, told.trials[1].finished);
    const auto history = tune::optimizationHistory(told.history());
    CHECK(history ==
          std::vector<tune::HistoryPoint>{{1, 0.75, 0.75}, {0, 0.5, 0.75}, {2, 0.25, 0.75}, {3, 0.75, 0.75}});
    CHECK(tune::empiricalDistribution(told.history()) ==
          std::vector<std::pair<double, double>>{{0.25, 0.25}, {0.5, 0.5}, {0.75, 1}});
    CHECK(tune::ranking(told.history()) == std::vector<std::int64_t>{1, 3, 0, 2});
    const auto compared = tune::compareHistories({history, {{0, 0.25, 0.25}, {1, 0.5, 0.5}}});
    CHECK(compared.mean == std::vector<double>{0.5, 0.625});
    CHECK(compared.spread == std::vector<double>{0.25, 0.125});
}

TEST_CASE("a front has the trials that nothing beats, and its volume grows")
{
    Told told{tests::spaceOf(R"([{"path": "x", "min": 0, "max": 1}])"), {{"loss", "minimize"}, {"speed", "maximize"}}};
    told.add({}, {3, 1});
    told.add({}, {1, 1});
    told.add({}, {2, 3});
    told.add({}, {2, 2});
    CHECK(tune::paretoFront(told.history()) == std::vector<std::int64_t>{1, 2});
    const auto volumes = tune::hypervolumeHistory(told.history(), {4, 0});
    CHECK(volumes == std::vector<std::pair<std::int64_t, double>>{{0, 1}, {1, 3}, {2, 7}, {3, 7}});
}

}
