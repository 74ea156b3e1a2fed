// SPDX-License-Identifier: GPL-3.0-or-later
// Kills, full disks and damaged files.
#include "core/tune/optuna_journal.h"
#include "core/tune/study.h"

#include "core/base/files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tuning.h"

#include <csignal>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tests::study_faults_test {

using namespace core;
using tune::Study;
using tune::TrialState;

namespace {

const std::string line = R"([{"path": "x", "min": 0, "max": 1}])";

tune::TuningSpec manyTrials()
{
    return tests::tuning(line, R"("strategy": "Random", "max_jobs": 1000000, "retries": 1)");
}

// A worker without end: goes on with the study of the file, and says on the pipe what has been acknowledged.
[[noreturn]] void work(const std::filesystem::path& file, int pipe)
{
    auto study = Study::open(file);
    if (!study)
        ::_exit(1);
    for (const tune::Trial& trial : study->state().trials)
        if (trial.state == TrialState::Running)
            (void)study->died(trial.number, "the worker was killed");
    for (;;) {
        const auto trial = study->ask();
        if (!trial || !*trial)
            ::_exit(2);
        const std::int64_t number = (*trial)->number;
        if (!study->report(number, 0, double(number)) || !study->tell(number, {double(number) / 2}))
            ::_exit(3);
        if (::write(pipe, &number, sizeof number) != sizeof number)
            ::_exit(4);
    }
}

}

TEST_CASE("a killed worker loses no acknowledged trial and doubles none")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "study.jsonl";
    REQUIRE(Study::create("study", manyTrials(), file));
    std::set<std::int64_t> acknowledged;
    for (int kill = 0; kill < 25; ++kill) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0)
            work(file, ends[1]);
        ::close(ends[1]);
        // Killed somewhere in the work on the trial after these.
        std::int64_t number = -1;
        for (int told = 0; told <= kill % 4; ++told) {
            REQUIRE(::read(ends[0], &number, sizeof number) == sizeof number);
            CHECK(acknowledged.insert(number).second);
        }
        std::uint64_t spun = 1;
        for (int spin = 0; spin < kill * 20000; ++spin)
            spun = base::mix(spun);
        CHECK(spun != 0);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        CHECK(WIFSIGNALED(status));
        while (::read(ends[0], &number, sizeof number) == sizeof number)
            CHECK(acknowledged.insert(number).second);
        ::close(ends[0]);
        const auto content = tune::readJournal(file);
        REQUIRE(content);
        CHECK(content->damaged == 0);
        const tune::StudyRead read = tune::foldStudy(content->records);
        CHECK(read.leftOut == 0);
        for (const std::int64_t each : acknowledged) {
            const tune::Trial& trial = read.state.trials[std::size_t(each)];
            REQUIRE(trial.state == TrialState::Completed);
            REQUIRE(trial.values == std::vector<double>{double(each) / 2});
        }
    }
    CHECK(acknowledged.size() >= 25);
}

TEST_CASE("a disk that is full refuses, and the study goes on when there is room")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "study.jsonl";
    REQUIRE(Study::create("study", manyTrials(), file));
    const auto whole = *base::readFile(file);
    const pid_t child = ::fork();
    if (child == 0) {
        // Files end at this size here, as they do where a disk does.
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit before{whole.size() + 500, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &before);
        auto study = Study::open(file);
        const auto first = study->ask();
        const tune::StudyState state = study->state();
        int refused = 0;
        for (int i = 0; i < 20; ++i)
            refused += !study->report(0, i, 1.5);
        const auto content = tune::readJournal(file);
        const bool same = tune::foldStudy(content->records).state == study->state();
        const rlimit after{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &after);
        const bool goesOn = study->tell(0, {2}).operator bool();
        ::_exit(refused > 5 && refused < 20 && same && goesOn ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    const auto study = Study::open(file);
    REQUIRE(study);
    CHECK(study->damaged() == 0);
    CHECK(study->state().trials[0].state == TrialState::Completed);
}

TEST_CASE("whatever bytes a journal has, it is read or refused")
{
    const tests::TempFolder folder;
    const auto optuna = *base::readFile(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/optuna_journal.jsonl");
    std::string ours;
    {
        const auto file = folder.path() / "study.jsonl";
        auto study = Study::create("study", manyTrials(), file);
        REQUIRE(study);
        for (int i = 0; i < 3; ++i) {
            REQUIRE(study->ask());
            REQUIRE(study->tell(i, {1}));
        }
        ours = *base::readFile(file);
    }
    std::size_t read = 0, left = 0;
    for (std::uint64_t round = 0; round < 2000; ++round) {
        const base::Draw draw(9, "bytes", round);
        std::string text = round % 2 ? optuna : ours;
        for (std::uint64_t i = 0; i <= round % 5; ++i) {
            const std::size_t place = std::size_t(draw.below(3 * i, text.size()));
            if (draw.uniform(3 * i + 1) < 0.7)
                text[place] = char(draw.below(3 * i + 2, 256));
            else
                text.erase(place, std::size_t(draw.below(3 * i + 2, 40)));
        }
        if (round % 2) {
            if (const auto study = tune::readOptunaJournal(text))
                read += study->trials.size();
        } else {
            // No line that was changed counts: its sum is another.
            const tune::JournalContent content = tune::parseJournal(text);
            left += content.records.size();
            for (const base::Object& record : content.records)
                REQUIRE(ours.find(tune::journalLine(record)) != std::string::npos);
            (void)tune::foldStudy(content.records);
        }
    }
    CHECK(read > 0);
    CHECK(left > 1000);
    // Whole lines that say what cannot be.
    for (const char* record :
         {R"({"op": "add", "trial": 5})", R"({"op": "tell", "trial": -1, "values": [1]})", R"({"op": 3})",
          R"({"op": "change", "spec": {}})", R"({"op": "report", "trial": 0, "step": "x"})", R"({"op": "create"})",
          R"({"op": "add", "trial": 3, "parameters": {}, "state": "sleeping"})", R"({})"}) {
        auto records = tune::parseJournal(ours).records;
        records.push_back(tests::json(record).object());
        const tune::StudyRead folded = tune::foldStudy(records);
        CHECK(folded.state.trials.size() == 3);
    }
}

}
