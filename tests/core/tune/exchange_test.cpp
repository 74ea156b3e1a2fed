// SPDX-License-Identifier: GPL-3.0-or-later
// What studies take from others, and give.
#include "core/tune/advice.h"
#include "core/tune/csv.h"
#include "core/tune/optuna_journal.h"
#include "core/tune/study.h"
#include "core/tune/warm_start.h"

#include "core/base/files.h"
#include "tests/support/tuning_functions.h"

namespace tests::exchange_test {

using namespace core;
using tests::json;
using tune::TrialState;

namespace {

tune::Study studyOf(const std::string& parameters, const std::string& more, const std::string& name = "study",
                    const std::string& objective = R"({"metric": "loss", "goal": "minimize"})")
{
    double time = 1'700'000'000;
    auto study = tune::Study::create(name, tests::tuning(parameters, more, objective), {},
                                     [time]() mutable { return time += 0.5; });
    if (!study)
        FAIL(base::describe(study.error()));
    return std::move(*study);
}

// A study whose trials have all ended; the value is x itself.
tune::Study ended(const std::string& name, const std::string& parameters, const std::string& more = "",
                  const std::string& objective = R"({"metric": "loss", "goal": "minimize"})")
{
    tune::Study study = studyOf(parameters, R"("strategy": "Random", "max_jobs": 6)" + more, name, objective);
    for (;;) {
        const auto trial = study.ask();
        REQUIRE(trial);
        if (!*trial)
            return study;
        REQUIRE(study.tell((*trial)->number, {(*trial)->parameters.find("x")->toReal()}));
    }
}

std::string problems(const tune::TuningSpec& spec, const std::vector<const tune::StudyState*>& parents,
                     const std::vector<const base::Value*>& experiments = {})
{
    const auto space = tune::spaceOf(spec);
    REQUIRE(space);
    std::string all;
    for (const auto& problem : tune::checkWarmStart(spec, *space, parents, {}, experiments))
        all += base::describe(problem) + "\n";
    return all;
}

const std::string line = R"([{"path": "x", "min": 0, "max": 1}])";

}

TEST_CASE("a warm start keeps to SageMaker's limits")
{
    const tune::Study parent = ended("parent", line);
    const std::string start = R"("warm_start": {"parents": ["parent"]})";
    const auto has = [](const std::string& text, const std::string& part) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    };
    CHECK(problems(tests::tuning(line, start), {&parent.state()}).empty());
    has(problems(tests::tuning(line, start), {}), "0 studies");
    has(problems(tests::tuning(line, start), std::vector<const tune::StudyState*>(6, &parent.state())), "6 studies");
    has(problems(tests::tuning(line, start, R"({"metric": "loss", "goal": "maximize"})"), {&parent.state()}),
        "another objective: minimize loss");
    has(problems(tests::tuning(R"([{"path": "x", "type": "integer", "min": 0, "max": 1}])", start), {&parent.state()}),
        "tuned x as continuous, not integer");
    const tune::Study open = studyOf(line, R"("max_jobs": 3)");
    has(problems(tests::tuning(line, start), {&open.state()}), "has not ended");
    has(problems(tests::tuning(tests::boxOf(11, 0, 1), start), {&parent.state()}), "differs in 12 parameters");
    const base::Value own = json(R"({"model": {"kind": "mlp"}, "data": {"source": "a"}})");
    const base::Value other = json(R"({"model": {"kind": "mlp"}, "data": {"source": "b"}})");
    has(problems(tests::tuning(line, start), {&parent.state()}, {&own, &other}), "other data");
    const std::string transfer = R"("warm_start": {"type": "TRANSFER_LEARNING", "parents": ["parent"]})";
    CHECK(problems(tests::tuning(line, transfer), {&parent.state()}, {&own, &other}).empty());
}

TEST_CASE("parents' trials are learned from, once, and cost no jobs")
{
    const tune::Study parent = ended("parent", line);
    const std::string narrow = R"([{"path": "x", "min": 0.5, "max": 1}])";
    for (const bool identical : {true, false}) {
        const std::string type = identical ? "IDENTICAL_DATA_AND_ALGORITHM" : "TRANSFER_LEARNING";
        tune::Study child = studyOf(narrow,
                                    R"("strategy": "Random", "max_jobs": 2, "warm_start": {"type": ")" + type +
                                        R"(", "parents": ["parent"]})",
                                    "child");
        const auto& state = child.state();
        const auto trials = tune::warmStartTrials(state.spec, state.space, {&parent.state(), &parent.state()});
        // Those out of the child's range do not fit; with another task they are moved to its edge.
        std::size_t inside = 0;
        for (const auto& trial : parent.state().trials)
            inside += trial.values[0] >= 0.5;
        CHECK(inside < 6);
        CHECK(trials.size() == (identical ? inside : 6));
        for (const auto& trial : trials)
            REQUIRE(child.import(trial));
        CHECK(child.state().trials[0].notes.find("study")->text() == "parent");
        for (int i = 0; i < 2; ++i) {
            const auto trial = child.ask();
            REQUIRE(trial);
            REQUIRE(*trial);
            REQUIRE(child.tell((*trial)->number, {2}));
        }
        REQUIRE(child.ask());
        CHECK(child.state().ended == "all 2 trials have ended");
        const tune::Trial* best = tune::bestTrial(child.state());
        REQUIRE(best);
        CHECK(best->source == (identical && inside > 0 ? "warm_start" : "strategy"));
    }
}

TEST_CASE("advice names a strategy and the rule that fired")
{
    const std::string two = R"([{"path": "a", "values": [1, 2, 3]}, {"path": "b", "values": [1, 2]}])";
    const std::string categories = R"([{"path": "a", "values": [1, 2, 3]}, {"path": "b", "values": [1, 2]},
                                       {"path": "x", "min": 0, "max": 1}])";
    const std::string objectives = R"([{"metric": "a", "goal": "minimize"}, {"metric": "b", "goal": "minimize"}])";
    const std::string one = R"({"metric": "loss", "goal": "minimize"})";
    struct Row {
        std::string parameters, more, objective;
        tune::TrialFacts facts;
        std::string answer;
    };
    const tune::TrialFacts slow{600, false}, tells{600, true}, quick{1, false};
    for (const Row& row :
         std::vector<Row>{{two, R"("max_jobs": 6)", one, slow, "Grid small_grid"},
                          {two, R"("max_jobs": 5)", one, slow, "TPE conditions_or_categories"},
                          {line, R"("max_jobs": 50, "max_parallel_jobs": 5)", one, slow, "Bayesian expensive_trials"},
                          {line, R"("max_jobs": 50, "max_parallel_jobs": 50)", one, slow, "Sobol no_feedback"},
                          {line, R"("max_jobs": 50, "max_parallel_jobs": 20)", one, slow, "Random many_at_once"},
                          {line, R"("max_jobs": 50, "max_parallel_jobs": 5)", one, tells, "BOHB early_results_tell"},
                          {line, R"("max_jobs": 10)", one, tells, "ASHA early_results_tell_few_trials"},
                          {line, R"("max_jobs": 1000)", one, quick, "Random cheap_trials"},
                          {categories, R"("max_jobs": 50)", one, slow, "TPE conditions_or_categories"},
                          {line, R"("max_jobs": 300)", objectives, slow, "NSGAII several_objectives"},
                          {line, R"("max_jobs": 50)", objectives, slow, "TPE several_objectives_few_trials"}}) {
        const auto spec = tests::tuning(row.parameters, row.more + R"(, "strategy": "Random")", row.objective);
        const auto suggestion = tune::suggestStrategy(spec, *tune::spaceOf(spec), row.facts);
        CHECK(suggestion.strategy.kind + " " + suggestion.rule == row.answer);
        CHECK_FALSE(suggestion.why.empty());
        // What is suggested can be started.
        auto taken = spec;
        taken.strategy = suggestion.strategy;
        taken.earlyStopping = suggestion.earlyStopping;
        CHECK(tune::checkTuning(taken).problems.empty());
    }
    const auto spec = tests::tuning(line, R"("max_jobs": 50, "max_parallel_jobs": 5)");
    const auto estimate = tune::estimateStudy(spec, *tune::spaceOf(spec), {.trialSeconds = 60, .pricePerHour = 3});
    CHECK(estimate.jobs == 50);
    CHECK(*estimate.seconds == 600);
    CHECK(*estimate.trialSeconds == 3000);
    CHECK(*estimate.cost == Approx(2.5));
    const auto warned = tests::tuning(line, R"("max_jobs": 50, "max_parallel_jobs": 50)");
    const auto checked = tune::checkTuning(warned);
    REQUIRE(checked.warnings.size() == 1);
    CHECK(checked.warnings[0].message == "all 50 trials run at once: no feedback");
    CHECK(tune::checkTuning(tests::tuning(line, R"("max_jobs": 50, "max_parallel_jobs": 20)")).warnings.size() == 1);
    CHECK(tune::checkTuning(spec).warnings.empty());
    CHECK(tests::problemOf(R"({"objective": {"metric": "loss", "goal": "minimize"}, "strategy": "Hyperband",
                               "early_stopping": "Auto", "parameters": )" +
                           line + "}")
              .find("early_stopping must be Off") != std::string::npos);
    CHECK(tests::problemOf(R"({"objective": {"metric": "loss", "goal": "minimize"},
                               "strategy": {"kind": "Hyperband", "max_resource": 30000}, "parameters": )" +
                           line + "}")
              .find("above 20000") != std::string::npos);
}

TEST_CASE("a journal of Optuna's is read as Optuna reads it")
{
    const auto text = base::readFile(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/optuna_journal.jsonl");
    REQUIRE(text);
    const auto read = tune::readOptunaJournal(*text);
    REQUIRE(read);
    CHECK(read->name == "clothes");
    CHECK(read->spec.objective == std::vector<tune::ObjectiveSpec>{{"accuracy", "maximize"}});
    const auto space = tune::spaceOf(read->spec);
    REQUIRE(space);
    REQUIRE(space->size() == 5);
    CHECK(space->parameters()[0].range == tune::Distribution{tune::Type::Continuous, 1e-4, 0.1, {}, tune::Scale::Log});
    CHECK(space->parameters()[1].range.values == base::Array{"sgd", "adam", nullptr});
    CHECK(space->parameters()[2].range == tune::Distribution{tune::Type::Integer, 1, 10});
    CHECK(space->parameters()[3].range == tune::Distribution{tune::Type::Continuous, 0, 0.75, 0.25});
    CHECK(space->parameters()[4].range == tune::Distribution{tune::Type::Integer, 8, 256, {}, tune::Scale::Log});
    REQUIRE(read->trials.size() == 5);
    CHECK(base::writeJson(read->trials[0].parameters) ==
          R"({"lr":0.01,"kind":"adam","layers":3,"drop":0.5,"width":64})");
    const TrialState states[] = {TrialState::Completed, TrialState::Stopped, TrialState::Completed, TrialState::Failed,
                                 TrialState::Failed};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(read->trials[i].state == states[i]);
        CHECK(space->check(read->trials[i].parameters, ""));
        CHECK(read->trials[i].reports.size() == 3);
        CHECK(read->trials[i].notes.find("note")->text() == "trial " + std::to_string(i));
    }
    CHECK(read->trials[2].values == std::vector<double>{0.8});
    CHECK(std::isnan(read->trials[2].reports[1].value));
    CHECK(read->trials[0].ended >= read->trials[0].started);
    CHECK(read->trials[0].started > 1.7e9);

    CHECK(tune::readOptunaJournal(*text + R"({"op_code": 4, "worker)"));
    CHECK(base::describe(tune::readOptunaJournal(*text, "other").error()).find("clothes") != std::string::npos);
    CHECK(base::describe(tune::readOptunaJournal("{\"op_code\": 0}\n").error()).find("line 1") != std::string::npos);
    CHECK_FALSE(tune::readOptunaJournal("number,value\n1,2\n"));
    CHECK_FALSE(tune::readOptunaJournal(""));
}

TEST_CASE("a study goes to Optuna and comes back")
{
    tune::Study study = studyOf(R"([{"path": "train.lr", "min": 1e-4, "max": 0.1, "scale": "log"},
                                    {"path": "kind", "values": ["sgd", true, 3]},
                                    {"path": "layers", "type": "integer", "min": 1, "max": 9, "step": 2},
                                    {"path": "momentum", "min": 0, "max": 0.9, "when": {"path": "kind", "values": ["sgd"]}}])",
                                R"("strategy": "Random", "max_jobs": 9, "max_parallel_jobs": 9)");
    for (int i = 0; i < 6; ++i)
        REQUIRE(study.ask());
    REQUIRE(study.report(0, 0, 0.5));
    REQUIRE(study.report(0, 3, std::nan("")));
    REQUIRE(study.tell(0, {0.25}));
    REQUIRE(study.report(1, 0, 2));
    REQUIRE(study.stop(1, {"Auto", 0, 2, 0.5, {0}, "2 is worse than 0.5"}));
    REQUIRE(study.fail(2, "no memory"));
    REQUIRE(study.skip(3));
    REQUIRE(study.note(0, "star", true));
    const std::string text = tune::writeOptunaJournal(study.state());
    const auto back = tune::readOptunaJournal(text);
    if (!back)
        FAIL(base::describe(back.error()));
    CHECK(back->name == "study");
    CHECK(back->spec.objective == study.state().spec.objective);
    REQUIRE(back->trials.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(back->trials[i].parameters == study.state().trials[i].parameters);
        CHECK(back->trials[i].values == study.state().trials[i].values);
        CHECK(back->trials[i].started == Approx(study.state().trials[i].started).epsilon(1e-12));
    }
    CHECK(std::isnan(back->trials[0].reports[1].value));
    CHECK(back->trials[0].notes.find("star")->toBool());
    CHECK(back->trials[1].state == TrialState::Stopped);
    CHECK(text.find("\"3\":NaN") != std::string::npos);

    // It goes on here, from where it was.
    auto again = tune::Study::create(back->name, back->spec);
    REQUIRE(again);
    for (const auto& trial : back->trials)
        REQUIRE(again->import(trial));
    CHECK(again->state().history().best()->number == 0);
    const auto next = again->ask();
    REQUIRE(next);
    CHECK(*next);

    const std::string csv = tune::trialsAsCsv(study.state());
    CHECK(csv.starts_with("number,state,loss,train.lr,kind,layers,momentum,started,seconds,steps,why,source,run\r\n"));
    CHECK(std::ranges::count(csv, '\n') == 7);
    CHECK(csv.find("2 is worse than 0.5,strategy,\r\n") != std::string::npos);
}

TEST_CASE("a study of several objectives goes to Optuna and comes back")
{
    auto made = tune::Study::create(
        "pareto",
        tests::tuning(R"([{"path": "x", "min": 0, "max": 1}, {"path": "kind", "values": ["a", "b"]}])",
                      R"("strategy": "Random", "max_jobs": 5)",
                      R"([{"metric": "loss", "goal": "minimize"}, {"metric": "accuracy", "goal": "maximize"}])"));
    REQUIRE(made);
    for (int i = 0; i < 4; ++i) {
        const auto trial = made->ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        if (i == 3)
            REQUIRE(made->fail(i, "no memory"));
        else
            REQUIRE(made->tell(i, {0.1 * i, i == 2 ? std::numeric_limits<double>::infinity() : 1 - 0.25 * i}));
    }
    const std::string text = tune::writeOptunaJournal(made->state());
    CHECK(text.find(R"("directions":[1,2])") != std::string::npos);
    CHECK(text.find(R"("study:metric_names":["loss","accuracy"])") != std::string::npos);
    CHECK(text.find(R"("value":null,"values":[0.1,0.75])") != std::string::npos);
    const auto back = tune::readOptunaJournal(text);
    if (!back)
        FAIL(base::describe(back.error()));
    CHECK(back->spec.objective == made->state().spec.objective);
    REQUIRE(back->trials.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(back->trials[i].state == made->state().trials[i].state);
        CHECK(back->trials[i].values == made->state().trials[i].values);
        CHECK(back->trials[i].parameters == made->state().trials[i].parameters);
    }
}

}
