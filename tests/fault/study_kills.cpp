// SPDX-License-Identifier: GPL-3.0-or-later
// Studies whose coordinator and workers are killed with SIGKILL at random moments, and whose disk is full for a while,
// until they end: with the trials, the values and the runs of the undisturbed study, each once.
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/store/run_folder.h"
#include "core/tune/journal.h"
#include "core/tune/study_state.h"
#include "tests/fault/campaign.h"

#include <cstdio>
#include <fstream>
#include <poll.h>
#include <set>
#include <sstream>

using namespace fault;
namespace fs = std::filesystem;
namespace tune = core::tune;

namespace {

constexpr std::int64_t trials = 5, epochs = 60;

std::string studyExperiment()
{
    return R"({"name": "kills", "data": {"source": "two-moons", "rows": 200},
    "model": {"kind": "mlp", "hidden": [8], "dropout": 0.1},
    "train": {"epochs": )" +
           std::to_string(epochs) + R"(, "batch_size": 16, "optimizer": "adam", "threads": 1, "seed": 3,
              "checkpoint": {"every_steps": 40}},
    "tuning": {"strategy": "Random", "objective": {"metric": "validation/loss", "goal": "minimize"}, "max_jobs": )" +
           std::to_string(trials) + R"(, "max_parallel_jobs": 2, "retries": 100, "seed": 11,
               "parameters": [{"path": "train.optimizer.lr", "min": 1e-4, "max": 0.1, "scale": "log"},
                              {"path": "model.activation", "values": ["relu", "tanh"]}]}})";
}

enum class Victim { Coordinator, Worker, All };

class StudyKills {
public:
    StudyKills(Campaign& campaign, long kills)
        : m_campaign(campaign),
          m_draw(campaign.seed(), "study kills"),
          m_most(kills),
          m_experiment(campaign.folder() / "kills.experiment.json"),
          m_runs(campaign.folder() / "runs")
    {
        std::ofstream(m_experiment) << studyExperiment();
        campaign.doing("the undisturbed study");
        const fs::path runs = campaign.folder() / "undisturbed";
        const double start = core::base::steadySeconds();
        const tests::Ended ended = tests::cli(arguments(runs), 600);
        m_seconds = core::base::steadySeconds() - start;
        m_reference = readStudy(runs);
        if (!campaign.check(ended.status == 0 && std::int64_t(m_reference.trials.size()) == trials, ended.err))
            std::exit(campaign.end("no study to compare with"));
        checkWhole(runs);
    }

    bool done() const { return m_kills >= m_most; }

    // One study, killed up to `times` times, then led to its end.
    void play(long round, long times)
    {
        fs::remove_all(m_runs);
        std::size_t known = 0;
        for (long kill = 0; kill < times && !done();) {
            m_campaign.doing("study " + std::to_string(round) + ", kill " + std::to_string(kill));
            tests::Running coordinator(tests::cliCommand(arguments(m_runs)));
            bool dead = false;
            while (!dead && kill < times && !done()) {
                const auto number = 4 * std::uint64_t(m_tries++);
                waitFor(coordinator, m_draw.uniform(number, 0, 0.4 * m_seconds));
                // Moments follow the load of the machine: one that comes too late kills nothing.
                if (!coordinator.going()) {
                    m_seconds *= 0.7;
                    break;
                }
                const double which = m_draw.uniform(number + 1);
                const Victim victim = which < 0.4 ? Victim::Coordinator : which < 0.8 ? Victim::Worker : Victim::All;
                const std::vector<int> workers = childrenOf(coordinator.pid());
                if (victim == Victim::Worker && workers.empty())
                    continue;
                if (victim != Victim::Worker) {
                    coordinator.signal(SIGKILL);
                    ++m_coordinators;
                    dead = true;
                }
                if (victim != Victim::Coordinator && !workers.empty()) {
                    const auto one = std::size_t(m_draw.below(number + 2, workers.size()));
                    for (std::size_t i = 0; i < workers.size(); ++i)
                        if (victim == Victim::All || i == one) {
                            ::kill(workers[i], SIGKILL);
                            ++m_workers;
                        }
                }
                ++kill;
                ++m_kills;
            }
            const int status = coordinator.wait(300).status;
            m_campaign.check(status == (dead ? 128 + SIGKILL : 0) || (dead && status == 0),
                             "the coordinator ended with " + std::to_string(status));
            known = checkJournal(known);
            // One that has ended is not gone on with: the same command would begin another study.
            if (!dead || ended())
                break;
        }
        ++m_studies;
        m_campaign.doing("study " + std::to_string(round) + ", led to its end");
        if (!ended()) {
            const tests::Ended last = tests::cli(arguments(m_runs), 600);
            m_campaign.check(last.status == 0, "the study ends with " + std::to_string(last.status) + ": " + last.err);
        }
        checkWhole(m_runs);
    }

    // The writes to some of its files fail, from the `at`-th on, until there is room again.
    void fill(const std::string& only, long at)
    {
        m_campaign.doing("a full disk under " + only + ", call " + std::to_string(at));
        fs::remove_all(m_runs);
        fs::create_directories(m_runs);
        const fs::path full = m_campaign.folder() / "full";
        std::ofstream(full) << "full\n";
        tests::Running run(cliWith(shimOn(m_runs, {{"FAULT_AT", std::to_string(at)},
                                                   {"FAULT_KIND", "ENOSPC"},
                                                   {"FAULT_ONLY", only},
                                                   {"FAULT_FOREVER", full}}),
                                   arguments(m_runs)));
        const auto paused = [&] { return run.errorsSoFar().find("paused") != std::string::npos; };
        const bool waits = tests::until([&] { return !run.going() || paused(); }) && run.going();
        fs::remove(full);
        const tests::Ended ended = run.wait(300);
        m_campaign.check(waits, "the study did not wait for room: " + ended.err);
        m_campaign.check(ended.status == 0, "the study ends with " + std::to_string(ended.status) + ": " + ended.err);
        m_campaign.check(ended.err.find("No space left") != std::string::npos,
                         "it does not name the cause: " + ended.err);
        m_campaign.check(ended.err.find("goes on") != std::string::npos,
                         "it does not say that it goes on: " + ended.err);
        checkWhole(m_runs);
    }

    std::string summary() const
    {
        return std::to_string(m_kills) + " kills (" + std::to_string(m_coordinators) + " of coordinators, " +
               std::to_string(m_workers) + " of workers) in " + std::to_string(m_studies) + " studies of " +
               std::to_string(trials) + " trials";
    }

private:
    Campaign& m_campaign;
    const core::base::Draw m_draw;
    const long m_most;
    const fs::path m_experiment, m_runs;
    tune::StudyState m_reference;
    double m_seconds = 0;
    long m_kills = 0, m_coordinators = 0, m_workers = 0, m_studies = 0, m_tries = 0;

    std::vector<std::string> arguments(const fs::path& runs) const
    {
        return {"tune", m_experiment.string(), "--runs", runs.string(), "--json"};
    }

    static fs::path journalOf(const fs::path& runs) { return runs / "kills-study-0001" / "study.jsonl"; }

    static void waitFor(tests::Running& run, double seconds)
    {
        const double end = core::base::steadySeconds() + seconds;
        for (double left; (left = end - core::base::steadySeconds()) > 0 && run.going();)
            ::poll(nullptr, 0, std::max(1, int(std::min(left * 1000, 20.0))));
    }

    static std::vector<int> childrenOf(int pid)
    {
        std::vector<int> all;
        const std::string at = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children";
        std::istringstream in(core::base::readFile(at).valueOr({}));
        for (int child; in >> child;)
            all.push_back(child);
        return all;
    }

    tune::StudyState readStudy(const fs::path& runs)
    {
        auto content = tune::readJournal(journalOf(runs));
        if (!m_campaign.check(bool(content), "the journal cannot be read"))
            return {};
        m_campaign.check(content->damaged == 0, std::to_string(content->damaged) + " lines of the journal are damaged");
        tune::StudyRead read = tune::foldStudy(content->records);
        m_campaign.check(read.leftOut == 0, std::to_string(read.leftOut) + " records do not fit");
        return std::move(read.state);
    }

    // How many trials it knows: never fewer than before, each one of the undisturbed study.
    std::size_t checkJournal(std::size_t known)
    {
        if (!fs::exists(journalOf(m_runs)))
            return known;
        const tune::StudyState state = readStudy(m_runs);
        m_campaign.check(state.trials.size() >= known, "trials are lost");
        m_campaign.check(std::int64_t(state.trials.size()) <= trials, "there are more trials than were asked for");
        for (std::size_t i = 0; i < std::min(state.trials.size(), m_reference.trials.size()); ++i)
            m_campaign.check(state.trials[i].parameters == m_reference.trials[i].parameters,
                             "trial " + std::to_string(i) + " is another one");
        return state.trials.size();
    }

    bool ended() { return fs::exists(journalOf(m_runs)) && !readStudy(m_runs).ended.empty(); }

    // All trials with their values and all their reports, and one run for each.
    void checkWhole(const fs::path& runs)
    {
        const tune::StudyState state = readStudy(runs);
        if (!m_campaign.check(std::int64_t(state.trials.size()) == trials,
                              "there are " + std::to_string(state.trials.size()) + " trials"))
            return;
        std::set<std::string> ofTrials;
        for (std::size_t i = 0; i < state.trials.size(); ++i) {
            const tune::Trial &trial = state.trials[i], &was = m_reference.trials[i];
            const std::string which = "trial " + std::to_string(i);
            m_campaign.check(trial.state == tune::TrialState::Completed,
                             which + " is " + std::string(tune::name(trial.state)) + ": " + trial.error);
            m_campaign.check(trial.parameters == was.parameters, which + " is another one");
            m_campaign.check(trial.values == was.values, which + " has another value");
            bool same = trial.reports.size() == was.reports.size() && std::int64_t(was.reports.size()) == epochs;
            for (std::size_t r = 0; same && r < was.reports.size(); ++r)
                same = trial.reports[r].step == was.reports[r].step && trial.reports[r].value == was.reports[r].value;
            m_campaign.check(same, which + " has " + std::to_string(trial.reports.size()) +
                                       " values on the way, not the " + std::to_string(was.reports.size()) +
                                       " of the undisturbed study");
            ofTrials.insert(fs::path(trial.run).filename().string());
        }
        std::set<std::string> there;
        for (const auto& entry : fs::directory_iterator(runs))
            if (core::store::isRun(entry.path()))
                there.insert(entry.path().filename().string());
        m_campaign.check(std::int64_t(ofTrials.size()) == trials, "two trials have one run");
        std::string strays;
        for (const std::string& run : there)
            strays += ofTrials.contains(run) ? "" : " " + run;
        m_campaign.check(ofTrials == there, std::to_string(there.size()) + " runs for " + std::to_string(trials) +
                                                " trials; of none of them are" + strays);
    }
};

}

int main(int argc, char** argv)
{
    Campaign campaign(argc, argv, {{"kills", 6}, {"kills-a-study", 6}});
    StudyKills kills(campaign, campaign["kills"]);
    kills.fill("study.jsonl", 12);
    kills.fill("spec.json", 1);
    for (long round = 0; !kills.done() && campaign.failures() < 20; ++round) {
        kills.play(round, campaign["kills-a-study"]);
        if (round % 10 == 9) {
            std::printf("%s, %.0f s\n", kills.summary().c_str(), campaign.seconds());
            std::fflush(stdout);
        }
    }
    return campaign.end(kills.summary());
}
