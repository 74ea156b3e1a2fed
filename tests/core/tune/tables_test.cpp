// SPDX-License-Identifier: GPL-3.0-or-later
// Strategies over tables of real runs.
#include "core/tune/study.h"

#include "tests/support/tuning.h"
#include "tests/support/tuning_tables.h"

namespace tests::tables_test {

using namespace core;

namespace {

std::string parametersOf(const base::Value& table)
{
    return base::writeJson(table["parameters"]);
}

double medianRegret(const std::string& strategy, const base::Value& table, int trials)
{
    const tests::RecordedTable recorded(table);
    std::vector<double> found;
    for (int seed = 0; seed < 3; ++seed) {
        auto study = tune::Study::create(
            "table", tests::tuning(parametersOf(table), R"("max_jobs": 100, "strategy": ")" + strategy +
                                                            "\", \"seed\": " + std::to_string(seed)));
        REQUIRE(study);
        double best = std::numeric_limits<double>::infinity();
        for (int i = 0; i < trials; ++i) {
            const auto trial = study->ask();
            REQUIRE(trial);
            const double loss = recorded.at((*trial)->parameters);
            best = std::min(best, loss);
            REQUIRE(study->tell((*trial)->number, {loss}));
        }
        found.push_back(best);
    }
    std::ranges::sort(found);
    return found[1];
}

}

TEST_CASE("recorded tables hold points of their ranges")
{
    const auto tables = tests::readTuningTables();
    REQUIRE(tables);
    CHECK(tables->object().size() >= 2);
    for (const auto& [name, table] : tables->object()) {
        INFO(name);
        const tune::Space space = tests::spaceOf(parametersOf(table));
        CHECK(table["rows"].array().size() >= 200);
        for (const auto& row : table["rows"].array()) {
            base::Object point;
            for (std::size_t i = 0; i < space.size(); ++i)
                point.set(space.parameters()[i].path, row.array()[i]);
            CHECK(space.holds(point));
            CHECK(std::isfinite(row.array().back().toReal()));
        }
        // A point that was recorded has its own loss.
        const tests::RecordedTable recorded(table);
        base::Object first;
        for (std::size_t i = 0; i < space.size(); ++i)
            first.set(space.parameters()[i].path, table["rows"].array()[0].array()[i]);
        double least = std::numeric_limits<double>::infinity();
        for (const auto& row : table["rows"].array())
            least = std::min(least, row.array().back().toReal());
        CHECK(recorded.at(first) == Approx(table["rows"].array()[0].array().back().toReal() - least));
    }
}

TEST_CASE("on real runs strategies find in forty trials what few of the recorded points have")
{
    const auto tables = tests::readTuningTables();
    REQUIRE(tables);
    for (const auto& [name, table] : tables->object())
        for (const std::string strategy : {"TPE", "Bayesian"}) {
            INFO(strategy << " on " << name);
            CHECK(medianRegret(strategy, table, 40) <= tests::RecordedTable(table).quantile(0.03));
        }
}

}
