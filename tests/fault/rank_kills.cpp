// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks and their coordinators are killed and stopped at random moments: each run ends, by itself or resumed, with the
// bits and the rows of an undisturbed one, and nothing that was started for it is left.
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/store/checkpoint.h"
#include "tests/fault/campaign.h"
#include "tests/support/processes.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <poll.h>
#include <set>

using namespace fault;
namespace fs = std::filesystem;

namespace {

constexpr double timeout = 2; // seconds of distributed.timeout_s

std::string rankExperiment()
{
    return R"({"name": "ranks", "data": {"source": "two-moons", "rows": 300},
    "model": {"kind": "mlp", "hidden": [16], "norm": "batch", "dropout": 0.1},
    "train": {"epochs": 150, "batch_size": 8, "optimizer": {"kind": "adam", "lr": 0.01}, "schedule": "cosine",
              "threads": 1, "seed": 3, "checkpoint": {"every_steps": 50}}})";
}

// What ranks did is measured at other steps after a restart, and its times are never the same.
void leaveOutMeasured(core::store::RunRecord& record)
{
    std::erase_if(record.scalars, [](const auto& each) { return each.first.starts_with("ranks/"); });
}

enum class Deed { KillRank, StopRank, KillCoordinator, HoldCoordinator };

class RankKills {
public:
    explicit RankKills(Campaign& campaign)
        : m_campaign(campaign),
          m_draw(campaign.seed(), "rank kills"),
          m_experiment(campaign.folder() / "ranks.experiment.json"),
          m_runs(campaign.folder() / "runs")
    {
        std::ofstream(m_experiment) << rankExperiment();
        for (const long ranks : {2, 3})
            m_references[ranks] = undisturbed(ranks);
    }

    long done() const { return m_kills + m_stops; }

    // One run, disturbed up to `times` times, then led to its end.
    void play(long round, long times)
    {
        fs::remove_all(m_runs);
        const auto first = 1000 * std::uint64_t(round);
        const std::array<std::string, 3> policies{"stop", "replace", "survivors"};
        const std::string policy = policies[std::size_t(m_draw.below(first, 3))];
        const long ranks = m_draw.below(first + 1, 2) == 0 ? 2 : 3;
        m_sameBits = policy != "survivors";
        for (long time = 0; time < times; ++time) {
            m_campaign.doing("run " + std::to_string(round) + ", " + std::to_string(ranks) + " ranks, " + policy +
                             ", start " + std::to_string(time));
            const std::int64_t before = newestStep();
            tests::Running run(tests::cliCommand(arguments(ranks, policy, true)));
            const bool gone = disturb(run, ranks, first + 10 + 10 * std::uint64_t(time), before);
            const tests::Ended ended = run.wait(180);
            look(ended);
            if (ended.status == 0) {
                ++m_runsDone;
                whole(ended, ranks);
                return;
            }
            m_campaign.check(gone ? ended.status == 128 + SIGKILL : ended.status == 4,
                             "it ended with " + std::to_string(ended.status) + ": " + ended.err);
            if (!gone)
                m_campaign.check(policy == "stop" || ended.err.find("Restart 3") != std::string::npos,
                                 "it was not gone on with: " + ended.err);
        }
        m_campaign.doing("run " + std::to_string(round) + ", " + std::to_string(ranks) + " ranks, " + policy +
                         ", led to its end");
        const tests::Ended last = tests::cli(arguments(ranks, policy, true), 300);
        if (m_campaign.check(last.status == 0, "it ends with " + std::to_string(last.status) + ": " + last.err))
            whole(last, ranks);
        ++m_runsDone;
    }

    std::string summary() const
    {
        return std::to_string(m_kills) + " kills (" + std::to_string(m_coordinators) + " of coordinators), " +
               std::to_string(m_stops) + " stops in " + std::to_string(m_runsDone) + " runs of 2 and 3 ranks, " +
               std::to_string(m_exact) + " compared to the bit";
    }

private:
    Campaign& m_campaign;
    const core::base::Draw m_draw;
    const fs::path m_experiment, m_runs;
    std::map<long, Reference> m_references;
    std::set<int> m_processes;
    std::set<std::string> m_listeners;
    bool m_sameBits = false;
    long m_kills = 0, m_coordinators = 0, m_stops = 0, m_runsDone = 0, m_exact = 0;

    std::vector<std::string> arguments(long ranks, const std::string& policy, bool resume) const
    {
        return {"launch",
                m_experiment.string(),
                "--nproc",
                std::to_string(ranks),
                "--runs",
                m_runs.string(),
                "--json",
                "--resume",
                resume ? "auto" : "never",
                "--set",
                "distributed.on_failure=" + policy,
                "--set",
                "distributed.timeout_s=" + std::to_string(timeout)};
    }

    Reference undisturbed(long ranks)
    {
        m_campaign.doing("the undisturbed run of " + std::to_string(ranks) + " ranks");
        fs::remove_all(m_runs);
        Reference reference;
        const double start = core::base::steadySeconds();
        const tests::Ended ended = tests::cli(arguments(ranks, "stop", false), 600);
        reference.seconds = core::base::steadySeconds() - start;
        auto record = core::store::readRun(ended.json()["run"].text());
        if (!m_campaign.check(ended.status == 0 && record, ended.err))
            std::exit(m_campaign.end("no run to compare with"));
        reference.digest = ended.json()["digest"].text();
        reference.steps = ended.json()["steps"].toInt();
        leaveOutMeasured(*record);
        reference.record = std::move(*record);
        return reference;
    }

    static void waitFor(tests::Running& run, double seconds)
    {
        const double end = core::base::steadySeconds() + seconds;
        for (double left; (left = end - core::base::steadySeconds()) > 0 && run.going();)
            ::poll(nullptr, 0, std::max(1, int(std::min(left * 1000, 20.0))));
    }

    std::int64_t newestStep() const
    {
        std::int64_t step = 0;
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(m_runs, none))
            for (const auto& each : core::store::listCheckpoints(entry.path() / "checkpoints"))
                step = std::max(step, std::int64_t(each.step));
        return step;
    }

    // Whether the coordinator is dead.
    bool disturb(tests::Running& run, long ranks, std::uint64_t number, std::int64_t before)
    {
        m_processes.clear();
        m_listeners.clear();
        double& usual = m_references[ranks].seconds;
        waitFor(run, m_draw.uniform(number, 0.1, usual));
        if (!run.going()) {
            usual *= 0.8; // moments follow the load of the machine
            return false;
        }
        const std::vector<int> others = tests::childrenOf(run.pid());
        m_processes.insert(others.begin(), others.end());
        m_processes.insert(run.pid());
        for (const int pid : m_processes)
            for (const std::string& listener : tests::listenersOf(pid)) {
                m_campaign.check(tests::onLoopback(listener), "it listens at " + listener);
                m_listeners.insert(listener);
            }
        const double which = m_draw.uniform(number + 1);
        const Deed deed = which < 0.45   ? Deed::KillRank
                          : which < 0.6  ? Deed::StopRank
                          : which < 0.85 ? Deed::KillCoordinator
                                         : Deed::HoldCoordinator;
        if (deed == Deed::KillCoordinator) {
            run.signal(SIGKILL);
            ++m_kills;
            ++m_coordinators;
            return true;
        }
        if (deed == Deed::HoldCoordinator) {
            run.signal(SIGSTOP);
            waitFor(run, m_draw.uniform(number + 2, 0, 2 * timeout));
            run.signal(SIGCONT);
            ++m_stops;
            return false;
        }
        if (others.empty())
            return false;
        // One that hangs while it starts is waited for much longer, and not gone on without.
        if (deed == Deed::StopRank)
            tests::until([&] { return !run.going() || newestStep() > before; }, 60);
        const int victim = others[std::size_t(m_draw.below(number + 3, others.size()))];
        ::kill(victim, deed == Deed::KillRank ? SIGKILL : SIGSTOP);
        ++(deed == Deed::KillRank ? m_kills : m_stops);
        return false;
    }

    void look(const tests::Ended& ended)
    {
        m_campaign.check(ended.status != -1, "it does not end");
        m_campaign.check(ended.err.find("other weights") == std::string::npos, "replicas differ: " + ended.err);
        for (const int pid : m_processes)
            m_campaign.check(tests::until([&] { return !tests::goes(pid); }, 20),
                             "process " + std::to_string(pid) + " is left");
        // The last thread of a killed process may hold them a moment longer than its first.
        std::string still;
        const bool closed = tests::until([&] { return (still = listensStill()).empty(); }, 20);
        m_campaign.check(closed, "something listens at " + still + " still");
    }

    std::string listensStill() const
    {
        std::ifstream in("/proc/net/tcp");
        for (std::string line; std::getline(in, line);)
            for (const std::string& listener : m_listeners)
                if (line.find(": " + listener + " 00000000:0000 0A") != std::string::npos)
                    return listener;
        return {};
    }

    void whole(const tests::Ended& ended, long ranks)
    {
        const Reference& reference = m_references[ranks];
        m_campaign.check(ended.json()["steps"].toInt() == reference.steps, "it made other steps");
        if (!m_sameBits)
            return;
        ++m_exact;
        m_campaign.check(ended.json()["digest"].text() == reference.digest, "it ends in other weights");
        auto record = core::store::readRun(ended.json()["run"].text());
        if (!m_campaign.check(bool(record), "the run cannot be read"))
            return;
        leaveOutMeasured(*record);
        const std::string wrong = missing(*record, reference.record);
        m_campaign.check(wrong.empty(), wrong);
    }
};

}

int main(int argc, char** argv)
{
    Campaign campaign(argc, argv, {{"kills", 5}, {"kills-a-run", 3}});
    RankKills kills(campaign);
    for (long round = 0; kills.done() < campaign["kills"] && campaign.failures() < 20; ++round) {
        kills.play(round, campaign["kills-a-run"]);
        if (round % 10 == 9) {
            std::printf("%s, %.0f s\n", kills.summary().c_str(), campaign.seconds());
            std::fflush(stdout);
        }
    }
    return campaign.end(kills.summary());
}
