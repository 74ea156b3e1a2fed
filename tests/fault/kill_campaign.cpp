// SPDX-License-Identifier: GPL-3.0-or-later
// Trainings are killed with SIGKILL, at random moments and inside the saving of a checkpoint, and resumed until they
// end: bit for bit where the undisturbed run ended, with no checkpoint that cannot be read and little work lost.
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/store/checkpoint.h"
#include "core/store/run_folder.h"
#include "tests/fault/campaign.h"

#include <cstdio>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

using namespace fault;
namespace fs = std::filesystem;
namespace store = core::store;

namespace {

// Tells when a file begins to be written in a folder.
class Watch {
public:
    explicit Watch(const fs::path& folder) : m_file(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
    {
        ::inotify_add_watch(m_file, folder.c_str(), IN_CREATE);
    }
    ~Watch() { ::close(m_file); }

    bool seen(double seconds)
    {
        pollfd ready{m_file, POLLIN, 0};
        if (::poll(&ready, 1, int(seconds * 1000)) <= 0)
            return false;
        char events[4096];
        return ::read(m_file, events, sizeof events) > 0;
    }

private:
    int m_file;
};

struct Subject {
    const char* name;
    std::string text;
    std::int64_t interval; ///< steps between checkpoints
    fs::path experiment;
    Reference reference;
    double seconds = 0; ///< within which a kill is likely to find the run going; follows the load of the machine
};

class Kills {
public:
    Kills(Campaign& campaign, long kills) : m_campaign(campaign), m_draw(campaign.seed(), "kills"), m_most(kills) {}

    // One run, killed up to `times` times, then led to its end.
    void play(Subject& subject, long round, long times)
    {
        const fs::path runs = m_campaign.folder() / "runs";
        fs::remove_all(runs);
        const std::vector<std::string> arguments{
            "train", subject.experiment.string(), "--runs", runs.string(), "--json", "--resume", "auto"};
        for (long kill = 0; kill < times && m_kills < m_most; ++kill) {
            const auto number = std::uint64_t(m_tries++);
            m_campaign.doing(std::string(subject.name) + ", run " + std::to_string(round) + ", try " +
                             std::to_string(number));
            const bool aimed = m_draw.uniform(number) < 0.5;
            // Aimed kills find the calls of a save stretched, so that each of them is as likely to be hit.
            tests::Running run(aimed ? cliWith(shimOn(runs, {{"FAULT_ONLY", "/checkpoints"},
                                                             {"FAULT_DELAY", std::to_string(callMicroseconds)}}),
                                               arguments)
                                     : tests::cliCommand(arguments));
            const double start = core::base::steadySeconds();
            if (aimed)
                aim(run, runs, number);
            else
                waitUntil(run, start + m_draw.uniform(3 * number + 1'000'000, 0, subject.seconds));
            run.signal(SIGKILL);
            const int status = run.wait().status;
            const bool killed = status == 128 + SIGKILL;
            m_kills += killed;
            m_aimed += aimed && killed;
            if (!m_campaign.check(killed || status == 0, "the run ended with " + std::to_string(status)))
                return;
            subject.seconds =
                killed ? 1.02 * subject.seconds : std::min(subject.seconds, core::base::steadySeconds() - start);
            if (!killed)
                break;
            look(subject, runs);
        }
        ++m_runs;
        m_campaign.doing(std::string(subject.name) + ", run " + std::to_string(round));
        resumeToTheEnd(m_campaign, subject.experiment, runs, subject.reference);
    }

    bool done() const { return m_kills >= m_most; }
    std::string summary() const
    {
        return std::to_string(m_kills) + " kills (" + std::to_string(m_aimed) + " aimed at a save, " +
               std::to_string(m_insideSaves) + " left an unfinished file) of " + std::to_string(m_runs) +
               " runs; unreadable checkpoints " + std::to_string(m_unreadable) + "; steps lost at most " +
               std::to_string(m_mostLost) + ", on average " + std::to_string(m_kills > 0 ? m_lost / m_kills : 0);
    }

private:
    static constexpr long callMicroseconds = 1500;

    Campaign& m_campaign;
    const core::base::Draw m_draw;
    const long m_most;
    long m_kills = 0, m_aimed = 0, m_insideSaves = 0, m_runs = 0, m_tries = 0, m_unreadable = 0;
    std::int64_t m_lost = 0, m_mostLost = 0;

    static void waitUntil(tests::Running& run, double moment)
    {
        for (double left; (left = moment - core::base::steadySeconds()) > 0 && run.going();)
            ::poll(nullptr, 0, std::max(1, int(std::min(left * 1000, 20.0))));
    }

    // Waits for one of the next saves to begin, then kills in it or a little behind it.
    void aim(tests::Running& run, const fs::path& runs, std::uint64_t number)
    {
        const auto folder = [&]() -> fs::path {
            std::error_code none;
            for (const auto& entry : fs::directory_iterator(runs, none))
                if (fs::is_directory(entry.path() / "checkpoints", none))
                    return entry.path() / "checkpoints";
            return {};
        };
        if (!tests::until([&] { return !run.going() || !folder().empty(); }) || folder().empty())
            return;
        Watch watch(folder());
        const auto which = m_draw.below(3 * number + 1'000'001, 6);
        for (std::uint64_t seen = 0; run.going() && seen <= which;)
            seen += watch.seen(0.05);
        const double end =
            core::base::steadySeconds() + m_draw.uniform(3 * number + 1'000'002, 0, 8e-6 * callMicroseconds);
        while (core::base::steadySeconds() < end) {
        }
    }

    void look(const Subject& subject, const fs::path& runs)
    {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(runs, none)) {
            const fs::path checkpoints = entry.path() / "checkpoints";
            if (!store::isRun(entry.path()) || !fs::is_directory(checkpoints))
                continue;
            for (const auto& file : store::listCheckpoints(checkpoints))
                if (const auto whole = store::readCheckpoint(file.file); !whole) {
                    ++m_unreadable;
                    m_campaign.check(false, describe(whole.error()));
                }
            for (const auto& file : fs::directory_iterator(checkpoints))
                m_insideSaves += file.path().extension() == ".tmp";
            if (!fs::exists(entry.path() / "spec.json"))
                continue; // killed while the folder was made
            const auto record = store::readRun(entry.path());
            if (!m_campaign.check(bool(record), "the run cannot be read: " + (record ? "" : describe(record.error()))))
                continue;
            m_campaign.check(record->problem.empty(), "the run is called damaged: " + record->problem);
            const std::string wrong = falseRows(*record, subject.reference.record);
            m_campaign.check(wrong.empty(), wrong);
            // The rows reach a little behind the work, so this is what the kill cost at least; it cannot be known
            // better.
            const auto newest = store::newestWhole(checkpoints);
            const std::int64_t lost = rowsOf(*record) - (newest ? newest->step : 0);
            m_mostLost = std::max(m_mostLost, lost);
            m_lost += std::max<std::int64_t>(0, lost);
            m_campaign.check(lost <= 2 * subject.interval, "the kill cost " + std::to_string(lost) + " steps");
        }
    }
};

}

int main(int argc, char** argv)
{
    Campaign campaign(argc, argv, {{"kills", 20}, {"kills-a-run", 5}});
    Subject subjects[] = {{"pictures", pictureExperiment(), 5, {}, {}, 0}, {"table", tableExperiment(), 20, {}, {}, 0}};
    for (Subject& subject : subjects) {
        subject.experiment = campaign.folder() / (std::string(subject.name) + ".experiment.json");
        std::ofstream(subject.experiment) << subject.text;
        subject.reference = train(campaign, subject.experiment, campaign.folder() / subject.name);
        subject.seconds = subject.reference.seconds;
    }
    Kills kills(campaign, campaign["kills"]);
    for (long round = 0; !kills.done() && campaign.failures() < 20; ++round) {
        kills.play(subjects[round % 2], round, campaign["kills-a-run"]);
        if (round % 20 == 19) {
            std::printf("%s, %.0f s\n", kills.summary().c_str(), campaign.seconds());
            std::fflush(stdout);
        }
    }
    return campaign.end(kills.summary());
}
