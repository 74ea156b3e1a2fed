// SPDX-License-Identifier: GPL-3.0-or-later
// The window's Stop at random moments of a training: the thread ends within a batch, what it leaves can be gone on from
// to the undisturbed end, and no file or thread stays open.
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "core/store/checkpoint.h"
#include "tests/fault/campaign.h"

#include <cstdio>
#include <thread>

using namespace fault;
using core::session::Session;
namespace fs = std::filesystem;

namespace {

std::ptrdiff_t entriesOf(const char* folder)
{
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

struct Subject {
    core::base::Value spec;
    std::string digest;
    std::int64_t steps = 0;
    double seconds = 0;
};

class Stops {
public:
    explicit Stops(Campaign& campaign) : m_campaign(campaign), m_draw(campaign.seed(), "stops") {}

    bool learn(Subject& subject, const std::string& text)
    {
        const auto tree = core::base::parseJson(text);
        if (!m_campaign.check(bool(tree), "the experiment cannot be read"))
            return false;
        core::spec::Checked checked = core::spec::resolve(*tree, {core::session::catalog()});
        if (!m_campaign.check(checked.problems.empty(), "the experiment is wrong"))
            return false;
        subject.spec = std::move(checked.value);
        auto run = Session::create(subject.spec, {m_campaign.folder() / "whole", "cpu"});
        if (!m_campaign.check(bool(run), "no run can be made"))
            return false;
        const double start = core::base::steadySeconds();
        (*run)->start();
        const core::events::RunFinished& end = (*run)->wait();
        subject.seconds = core::base::steadySeconds() - start;
        subject.digest = end.digest;
        subject.steps = end.steps;
        return m_campaign.check(end.error.message.empty(), "the undisturbed run fails: " + end.error.message);
    }

    /// Stops, and goes on after every stop until the run has ended.
    void play(const Subject& subject, std::uint64_t round)
    {
        const fs::path runs = m_campaign.folder() / "runs";
        fs::remove_all(runs);
        fs::path folder;
        for (std::uint64_t stop = 0; stop < 50; ++stop) {
            auto run =
                folder.empty() ? Session::create(subject.spec, {runs, "cpu"}) : Session::resume(folder, {runs, "cpu"});
            if (!m_campaign.check(bool(run), run ? "" : core::base::describe(run.error())))
                return;
            folder = (*run)->folder();
            (*run)->start();
            const double wait = stop < 4 ? m_draw.uniform(round * 64 + stop, 0, 0.7 * subject.seconds) : 1e9;
            const double until = core::base::steadySeconds() + wait;
            while (core::base::steadySeconds() < until && !(*run)->finished())
                std::this_thread::yield();
            const double start = core::base::steadySeconds();
            (void)(*run)->post(core::session::Stop{});
            const core::events::RunFinished end = (*run)->wait();
            run->reset();
            if (end.state != core::events::RunState::Stopped) {
                m_campaign.check(end.digest == subject.digest,
                                 "it ends in other weights after " + std::to_string(stop) + " stops");
                return;
            }
            ++m_stopped;
            m_slowest = std::max(m_slowest, core::base::steadySeconds() - start);
            const auto newest = core::store::newestWhole(folder / "checkpoints");
            if (m_campaign.check(bool(newest), "a stop left no whole checkpoint"))
                m_campaign.check(newest->step == end.steps, "the checkpoint is not of the step that it stopped at");
        }
        m_campaign.check(false, "it does not end");
    }

    long stopped() const { return m_stopped; }
    double slowest() const { return m_slowest; }

private:
    Campaign& m_campaign;
    core::base::Draw m_draw;
    long m_stopped = 0;
    double m_slowest = 0;
};

}

int main(int argc, char** argv)
{
    Campaign campaign(argc, argv, {{"stops", 30}});
    Stops stops(campaign);
    std::vector<Subject> subjects(2);
    if (!stops.learn(subjects[0], tableExperiment()) || !stops.learn(subjects[1], pictureExperiment()))
        return campaign.end("nothing was stopped");
    for (const Subject& subject : subjects) // what is opened once stays open
        stops.play(subject, 1'000'000);
    const auto threads = entriesOf("/proc/self/task"), files = entriesOf("/proc/self/fd");
    std::uint64_t round = 0;
    for (; stops.stopped() < campaign["stops"] && round < std::uint64_t(10 * campaign["stops"]); ++round) {
        campaign.doing("round " + std::to_string(round));
        stops.play(subjects[round % subjects.size()], round);
    }
    campaign.check(stops.stopped() >= campaign["stops"], "too few runs were stopped");
    campaign.check(entriesOf("/proc/self/task") <= threads, "threads stay behind");
    campaign.check(entriesOf("/proc/self/fd") <= files, "files stay open");
    char text[160];
    std::snprintf(text, sizeof text, "%ld stops in %llu runs, from the click to the joined thread %.3f s at most",
                  stops.stopped(), static_cast<unsigned long long>(round), stops.slowest());
    return campaign.end(text);
}
