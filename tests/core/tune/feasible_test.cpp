// SPDX-License-Identifier: GPL-3.0-or-later
// Constraints of trials: told by Optuna's journals and tables, kept, and given back.
#include "core/tune/feasible.h"

#include "core/tune/analysis.h"
#include "core/tune/csv.h"
#include "core/tune/optuna_journal.h"
#include "core/tune/study.h"
#include "tests/support/tuning.h"

namespace tests::feasible_test {

using namespace core;

namespace {

// As Optuna 5 writes it; `trials` are x and the system attributes of each. The first value is x, the second 1 - x.
std::string journalOf(const std::vector<std::pair<double, std::string>>& trials, bool two = false)
{
    std::string text = R"({"op_code":0,"worker_id":"w","study_name":"bounded","directions":)" +
                       std::string(two ? "[1,1]" : "[1]") + "}\n";
    std::size_t id = 0;
    for (const auto& [x, attributes] : trials) {
        const std::string number = std::to_string(x), trial = R"("worker_id":"w","trial_id":)" + std::to_string(id++);
        text += R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":"2026-11-28T00:03:26.015457+00:00"})"
                "\n";
        text +=
            R"({"op_code":5,)" + trial + R"(,"param_name":"x","param_value_internal":)" + number +
            R"(,"distribution":"{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": 0.0, \"high\": 1.0, \"log\": false}}"})"
            "\n";
        for (const std::string& attribute : {std::string(R"({"NSGAIISampler:generation":0})"), attributes})
            text += R"({"op_code":9,)" + trial + R"(,"system_attr":)" + attribute + "}\n";
        text += R"({"op_code":6,)" + trial + R"(,"state":1,"values":[)" + number +
                (two ? "," + std::to_string(1 - x) : std::string()) +
                R"(],"datetime_complete":"2026-11-28T00:03:27.015457+00:00"})"
                "\n";
    }
    return text;
}

tune::StudyState taken(const std::string& journal)
{
    const auto read = tune::readOptunaJournal(journal);
    if (!read)
        FAIL(base::describe(read.error()));
    auto study = tune::Study::create(read->name, read->spec);
    REQUIRE(study);
    for (const tune::Trial& trial : read->trials)
        REQUIRE(study->import(trial));
    return study->state();
}

std::vector<std::string> whys(const tune::StudyState& study)
{
    std::vector<std::string> all;
    for (const tune::Trial& trial : study.trials)
        all.push_back(tune::whyInfeasible(trial));
    return all;
}

}

TEST_CASE("the best trial and the Pareto front leave out who breaks a constraint")
{
    const tune::StudyState one = taken(journalOf({{0.1, R"({"constraints":[0.5,2]})"},
                                                  {0.2, R"({"constraints":[-1,Infinity]})"},
                                                  {0.4, R"({"constraints":[0,-Infinity]})"},
                                                  {0.5, R"({"constraints":[-1,-1]})"}}));
    CHECK(whys(one) == std::vector<std::string>{"constraint 1 is 2, above 0", "constraint 1 is inf, above 0", "", ""});
    REQUIRE(one.history().best());
    CHECK(one.history().best()->number == 2);
    const auto history = tune::optimizationHistory(one.history());
    REQUIRE(history.size() == 2);
    CHECK(history[0] == tune::HistoryPoint{2, 0.4, 0.4});
    CHECK(history[1] == tune::HistoryPoint{3, 0.5, 0.4});

    // Of none that is known nothing is held against a trial, as in Optuna.
    const tune::StudyState two = taken(journalOf({{0.1, R"({"constraints":[1]})"},
                                                  {0.2, R"({"constraints":[-1]})"},
                                                  {0.3, R"({"other":1})"},
                                                  {0.4, R"({"constraints":[0.1]})"}},
                                                 true));
    CHECK(tune::paretoFront(two.history()) == std::vector<std::int64_t>{1, 2});
    const auto volumes = tune::hypervolumeHistory(two.history(), {1, 1});
    REQUIRE(volumes.size() == 4);
    CHECK(volumes[0].second == 0);
    CHECK(volumes[1].second == Approx(0.8 * 0.2));
    CHECK(volumes[3].second == volumes[2].second);

    const tune::StudyState none = taken(journalOf({{0.1, R"({"constraints":[1]})"}}));
    CHECK(none.history().best() == nullptr);
}

TEST_CASE("constraints come back from a journal as they went into it")
{
    const tune::StudyState numbered = taken(journalOf({{0.1, R"({"constraints":[0.5,-Infinity]})"}, {0.3, "{}"}}));
    const std::string text = tune::writeOptunaJournal(numbered);
    CHECK(text.find(R"("user_attrs":{},"system_attrs":{"constraints":[0.5,-Infinity]})") != std::string::npos);
    CHECK(text.find(R"("user_attrs":{},"system_attrs":{},)") != std::string::npos);
    CHECK(whys(taken(text)) == whys(numbered));
    // Those that Trial.set_constraint names.
    const tune::StudyState named =
        taken(journalOf({{0.1, R"({"constraints:memory":0.25})"}, {0.2, R"({"constraints:memory":-1})"}}));
    CHECK(whys(named) == std::vector<std::string>{"constraint memory is 0.25, above 0", ""});
    const std::string again = tune::writeOptunaJournal(named);
    CHECK(again.find(R"("system_attrs":{"constraints:memory":0.25})") != std::string::npos);
    CHECK(taken(again).trials[1].notes == named.trials[1].notes);
}

TEST_CASE("constraints come back from a table, and are read from Optuna's")
{
    const tune::StudyState study =
        taken(journalOf({{0.1, R"({"constraints:a,b":0.25,"constraints:c":Infinity})"}, {0.2, "{}"}}));
    const std::string csv = tune::trialsAsCsv(study);
    const auto back = tune::readTrialsCsv(csv, "minimize");
    if (!back)
        FAIL(base::describe(back.error()));
    REQUIRE(back->trials.size() == 2);
    CHECK(back->trials[0].notes == study.trials[0].notes);
    CHECK(tune::constraintsOf(back->trials[1]) == nullptr);

    // Of two objectives without names, and a parameter that is called as one of them might be.
    std::string two = journalOf({{0.1, R"({"constraints":[0.25]})"}}, true);
    for (std::size_t at = 0; (at = two.find("\"x\"", at)) != two.npos; at += 3)
        two.replace(at, 3, "\"value_x\"");
    const auto both = tune::readTrialsCsv(tune::trialsAsCsv(taken(two)), "minimize");
    REQUIRE(both);
    CHECK(both->spec.objective == std::vector<tune::ObjectiveSpec>{{"value_0", "minimize"}, {"value_1", "minimize"}});
    CHECK(base::writeJson(both->trials[0].parameters) == R"({"value_x":0.1})");

    const auto read = [](const std::string& cell) {
        return tune::readTrialsCsv("number,value,params_x,state,system_attrs_constraints\n0,1,2,COMPLETE," + cell +
                                       "\n1,2,3,COMPLETE,\n",
                                   "minimize");
    };
    for (const char* cell : {"\"[0.5, -inf]\"", "\"(0.5, -inf)\""}) {
        const auto table = read(cell);
        if (!table)
            FAIL(base::describe(table.error()));
        REQUIRE(tune::constraintsOf(table->trials[0]));
        CHECK(tune::constraintsOf(table->trials[0])->size() == 2);
        CHECK(tune::whyInfeasible(table->trials[0]) == "constraint 0 is 0.5, above 0");
    }
    CHECK(tune::constraintsOf(read("\"(-1,)\"")->trials[0])->size() == 1);
    const auto named = tune::readTrialsCsv("number,value,params_x,state,system_attrs_constraints:memory\n"
                                           "0,1,2,COMPLETE,0.5\n1,2,3,COMPLETE,-inf\n2,2,3,COMPLETE,\n",
                                           "minimize");
    REQUIRE(named);
    CHECK(tune::whyInfeasible(named->trials[0]) == "constraint memory is 0.5, above 0");
    CHECK(tune::constraintsOf(named->trials[1])->size() == 1);
    CHECK(tune::constraintsOf(named->trials[2]) == nullptr);
    for (const char* cell : {"much", "[]", "[much]", "\"{\"\"a\"\": true}\"", "{}"}) {
        INFO(cell);
        const auto table = read(cell);
        REQUIRE_FALSE(table);
        CHECK(base::describe(table.error()).find("are no values of constraints") != std::string::npos);
        CHECK(table.error().where == "line 2");
    }
}

}
