// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/study.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tuning.h"

#include <fstream>

namespace tests::study_test {

using namespace core;
using tests::json;
using tune::Study;
using tune::TrialState;

namespace {

const std::string line = R"([{"path": "x", "min": 0, "max": 1}])";

// A clock that a test moves.
struct Clock {
    std::shared_ptr<double> now = std::make_shared<double>(100);
    Study::Clock clock() const
    {
        return [now = now] { return *now; };
    }
};

Study studyOf(const std::string& more, const std::filesystem::path& file = {}, const Clock& clock = {},
              const std::string& parameters = line)
{
    auto study = Study::create(
        "test", tests::tuning(parameters, (more.starts_with("\"strategy\"") ? "" : R"("strategy": "Random", )") + more),
        file, clock.clock());
    if (!study)
        FAIL(base::describe(study.error()));
    return std::move(*study);
}

std::int64_t asked(Study& study)
{
    const auto trial = study.ask();
    REQUIRE(trial);
    REQUIRE(*trial);
    return (*trial)->number;
}

bool refuses(Study& study)
{
    const auto trial = study.ask();
    REQUIRE(trial);
    return !*trial;
}

std::string whyFailed(const base::Status& status)
{
    REQUIRE_FALSE(status);
    return base::describe(status.error());
}

const tune::Trial& trialOf(const Study& study, std::int64_t number)
{
    return study.state().trials[std::size_t(number)];
}

// Everything that can happen to a study, once.
void live(Study& study)
{
    REQUIRE(study.enqueue(json(R"({"x": 0.25})").object()));
    const auto first = asked(study);
    CHECK(trialOf(study, first).parameters.find("x")->toReal() == 0.25);
    const auto second = asked(study);
    REQUIRE(study.report(first, 0, 3.0));
    REQUIRE(study.report(first, 1, std::nan("")));
    REQUIRE(study.tell(first, {0.5}));
    REQUIRE(study.died(second, "killed"));
    CHECK(trialOf(study, second).state == TrialState::Waiting);
    CHECK(asked(study) == second);
    REQUIRE(study.report(second, 0, 1.0));
    REQUIRE(study.stop(second, {"Auto", 0, 1.0, 0.75, {first}, "1 is worse than 0.75"}));
    REQUIRE(study.revive(second));
    REQUIRE(study.pause(second));
    REQUIRE(study.resume(second));
    CHECK(asked(study) == second);
    REQUIRE(study.fail(second, "loss is not finite"));
    REQUIRE(study.note(second, "star", true));
    REQUIRE(study.setRun(first, "run-1"));
    const auto third = asked(study);
    REQUIRE(study.tell(third, {-std::numeric_limits<double>::infinity()}));
    REQUIRE(study.enqueue(json(R"({"x": 1})").object()));
    REQUIRE(study.skip(third + 1));
    REQUIRE(study.pause());
    CHECK(refuses(study));
    REQUIRE(study.resume());
    tune::TuningSpec wider = study.state().spec;
    wider.parameters[0].max = 2;
    wider.maxJobs = 9;
    REQUIRE(study.change(wider));
    CHECK(asked(study) == 4);
}

}

TEST_CASE("a study is what its journal says, however often it is opened")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "study.jsonl";
    tune::StudyState before;
    {
        Study study = studyOf(R"("max_jobs": 8, "max_parallel_jobs": 2)", file);
        live(study);
        before = study.state();
        CHECK(base::describe(Study::open(file).error()).find("another program") != std::string::npos);
    }
    const auto again = Study::open(file);
    REQUIRE(again);
    CHECK(again->state() == before);
    CHECK(again->damaged() == 0);
    CHECK(std::isnan(trialOf(*again, 0).reports[1].value));
    CHECK(trialOf(*again, 1).notes.find("revived")->text() == "Auto");
    CHECK(trialOf(*again, 2).values[0] == -std::numeric_limits<double>::infinity());
    CHECK(again->state().earlier.size() == 1);
}

TEST_CASE("every prefix of the journal is a study, and a torn line does no harm to what follows")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "study.jsonl";
    {
        Study study = studyOf(R"("max_jobs": 8, "max_parallel_jobs": 2)", file);
        live(study);
    }
    const auto text = base::readFile(file);
    REQUIRE(text);
    // Line by line the studies that were acknowledged; a cut inside a line is the study of the lines before it.
    std::vector<tune::StudyState> states(1);
    for (const base::Object& record : tune::parseJournal(*text).records) {
        tune::StudyState next = states.back();
        REQUIRE(next.apply(record));
        states.push_back(next);
    }
    std::size_t lines = 0;
    for (std::size_t cut = 0; cut <= text->size(); ++cut) {
        lines += cut > 0 && (*text)[cut - 1] == '\n';
        const tune::JournalContent content = tune::parseJournal(std::string_view(*text).substr(0, cut));
        REQUIRE(content.records.size() == lines);
        REQUIRE(content.damaged == 0);
    }
    CHECK(lines + 1 == states.size());
    std::size_t start = text->find('\n') + 1;
    for (std::size_t cut : {start, start + 1, start + 40, text->find('\n', start), text->size() - 1}) {
        const auto torn = folder.file("torn.jsonl", text->substr(0, cut));
        const std::size_t whole = std::size_t(std::ranges::count(text->substr(0, cut), '\n'));
        tune::StudyState expected;
        {
            auto study = Study::open(torn);
            REQUIRE(study);
            CHECK(study->state() == states[whole]);
            CHECK(study->damaged() == 0);
            if (study->state().paused)
                REQUIRE(study->resume());
            REQUIRE(study->enqueue(json(R"({"x": 0.125})").object()));
            expected = study->state();
        }
        const auto again = Study::open(torn);
        REQUIRE(again);
        CHECK(again->state() == expected);
    }
}

TEST_CASE("a changed line is left out and counted, and the rest stays readable")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "study.jsonl";
    {
        Study study = studyOf(R"("max_jobs": 4)", file);
        for (int i = 0; i < 2; ++i)
            REQUIRE(study.tell(asked(study), {double(i)}));
    }
    std::string text = *base::readFile(file);
    text[text.find("\"values\":[0") + 10] = '7';
    folder.file("study.jsonl", text);
    const auto study = Study::open(file);
    REQUIRE(study);
    CHECK(study->damaged() == 1);
    CHECK(trialOf(*study, 0).state == TrialState::Running);
    CHECK(trialOf(*study, 1).values[0] == 1);
}

TEST_CASE("what cannot happen is refused, and leaves no trace")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "study.jsonl";
    Study study = studyOf(R"("max_jobs": 4)", file);
    const auto first = asked(study);
    CHECK(refuses(study));
    CHECK(study.whyNot().find("max_parallel_jobs") != std::string::npos);
    REQUIRE(study.tell(first, {1}));
    const auto before = *base::readFile(file);
    const tune::StudyState state = study.state();
    CHECK(whyFailed(study.tell(first, {2})).find("is completed") != std::string::npos);
    CHECK(whyFailed(study.tell(9, {2})).find("no such trial") != std::string::npos);
    const auto second = asked(study);
    CHECK(whyFailed(study.tell(second, {1, 2})).find("one for each of the 1") != std::string::npos);
    CHECK_FALSE(study.enqueue(json(R"({"x": 3})").object()));
    CHECK_FALSE(study.enqueue(json(R"({"y": 3})").object()));
    CHECK_FALSE(study.resume());
    tune::TuningSpec other = study.state().spec;
    other.objective[0].metric = "accuracy";
    CHECK(whyFailed(study.change(other)).find("cannot be changed") != std::string::npos);
    REQUIRE(study.tell(second, {std::nan("")}));
    CHECK(trialOf(study, second).state == TrialState::Failed);
    CHECK(std::ranges::count(*base::readFile(file), '\n') == std::ranges::count(before, '\n') + 2);
    CHECK(state.trials.size() == 1);
}

TEST_CASE("a worker that dies is tried again as often as the study says")
{
    Study study = studyOf(R"("max_jobs": 1, "retries": 2)");
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto trial = asked(study);
        CHECK(trial == 0);
        CHECK(trialOf(study, trial).attempt == attempt);
        REQUIRE(study.died(trial, "killed by signal 9"));
    }
    CHECK(trialOf(study, 0).state == TrialState::Failed);
    CHECK(refuses(study));
    CHECK(study.state().ended == "all 1 trials have ended");
}

TEST_CASE("any one of the completion criteria ends a study, and a change lets it go on")
{
    const auto endedBy = [](const std::string& more, const std::vector<double>& values) {
        Clock clock;
        Study study = studyOf(more, {}, clock);
        for (const double value : values) {
            const auto trial = study.ask();
            REQUIRE(trial);
            if (!*trial)
                break;
            *clock.now += 10;
            REQUIRE(study.tell((*trial)->number, {value}));
        }
        CHECK(refuses(study));
        return std::to_string(study.state().trials.size()) + ": " + study.state().ended;
    };
    CHECK(endedBy(R"("max_jobs": 3)", {1, 1, 1, 1}) == "3: all 3 trials have ended");
    CHECK(endedBy(R"("max_jobs": 9, "completion": {"target_objective_metric_value": 0.5})", {2, 1, 0.5, 0.1}) ==
          "3: trial 2 reached the target");
    CHECK(endedBy(R"("max_jobs": 9, "completion": {"max_number_of_training_jobs_not_improving": 3})",
                  {3, 2, 2, 4, 2, 1}) == "5: 3 trials since the best were no better");
    CHECK(endedBy(R"("max_jobs": 9, "max_runtime_in_seconds": 25)", {1, 1, 1, 1, 1}) ==
          "3: it ran for max_runtime_in_seconds");
    CHECK(endedBy(R"("strategy": {"kind": "Grid", "points": 2}, "max_jobs": 9)", {1, 1, 1}) ==
          "2: the strategy has no point left");

    Study study = studyOf(R"("max_jobs": 1)");
    REQUIRE(study.tell(asked(study), {1}));
    CHECK(refuses(study));
    tune::TuningSpec more = study.state().spec;
    more.maxJobs = 2;
    REQUIRE(study.change(more));
    CHECK(asked(study) == 1);
}

TEST_CASE("a trial that is being paused still tells what it had to tell")
{
    auto study = Study::create("s", tune::readTuning(*base::parseJson(R"({"strategy": "Random",
        "objective": {"metric": "m", "goal": "minimize"}, "max_jobs": 2,
        "parameters": [{"path": "x", "type": "continuous", "min": 0, "max": 1}]})"))
                                        .valueOr({}));
    REQUIRE(study);
    const auto trial = study->ask();
    REQUIRE(trial);
    REQUIRE(*trial);
    REQUIRE(study->report((*trial)->number, 1, 0.5));
    REQUIRE(study->pause((*trial)->number));
    REQUIRE(study->report((*trial)->number, 2, 0.4));
    CHECK(study->state().trials[0].reports.size() == 2);
    CHECK(study->state().trials[0].state == TrialState::Paused);
}

}
