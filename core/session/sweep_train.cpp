// SPDX-License-Identifier: GPL-3.0-or-later
// Trains the runs of a set, and says beforehand how long that takes.
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/sweep_set.h"

#include <algorithm>
#include <mutex>
#include <thread>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Status;

namespace {

constexpr auto lookEvery = std::chrono::milliseconds(10);
constexpr double tellSeconds = 0.1;

// How far the going run is.
class Follower final : public events::EventSink {
public:
    void onScalars(const events::ScalarRow& row) override
    {
        if (row.group == 0)
            m_step = row.step + 1;
    }
    void onEvent(const events::Event& event) override
    {
        if (const auto* opened = std::get_if<events::RunOpened>(&event))
            m_all = opened->totalSteps;
    }
    double share() const { return m_all > 0 ? std::min(1.0, double(m_step) / double(m_all)) : 0; }

private:
    std::atomic<std::int64_t> m_step{0}, m_all{0};
};

// What is left, from the times of the runs that have ended: those of the same point, else of all.
class Clock {
public:
    explicit Clock(const SweepSet& set) : m_set(set) {}

    void ended(std::size_t run, double seconds) { m_seconds.emplace_back(run, seconds); }

    double secondsOf(std::size_t run) const
    {
        double same = 0, all = 0;
        std::int64_t alike = 0;
        for (const auto& [other, seconds] : m_seconds) {
            all += seconds;
            if (m_set.runs()[other].plan.x == m_set.runs()[run].plan.x) {
                same += seconds;
                ++alike;
            }
        }
        return alike > 0 ? same / double(alike) : m_seconds.empty() ? -1 : all / double(m_seconds.size());
    }

    double left(std::size_t going, double share) const
    {
        if (m_seconds.empty())
            return -1;
        double sum = secondsOf(going) * (1 - share);
        for (std::size_t i = 0; i < m_set.runs().size(); ++i)
            if (i != going && !m_set.runs()[i].ended)
                sum += secondsOf(i);
        return sum;
    }

private:
    const SweepSet& m_set;
    std::vector<std::pair<std::size_t, double>> m_seconds;
};

using Told = std::function<void(const SweepProgress&)>;

void tellOf(const Told& told, const SweepSet& set, const Clock& clock, std::size_t run, double share, bool ended,
            bool paused)
{
    if (!told)
        return;
    const std::size_t done = set.ended();
    const double all = double(set.runs().size());
    told({run, done, set.runs().size(),
          set.runs()[run].plan.label + ", seed " + std::to_string(set.runs()[run].plan.seed),
          (double(done) + (ended ? 0 : share)) / all, clock.left(run, share), ended, paused});
}

Result<std::unique_ptr<Session>> openRun(SweepSet& set, std::size_t run, const Options& options)
{
    const SweepRun& planned = set.runs()[run];
    // A run that failed is not gone on with: what was in its way may be gone.
    if (planned.begun && planned.problem.empty())
        return Session::resume(set.folder() / planned.id, options);
    CORE_TRY(resolved, set.experimentOf(run));
    CORE_TRY(session, Session::create(resolved, options));
    CORE_CHECK(set.begin(run, session->id()));
    return std::move(session);
}

// One run to its end, or to where it is stopped.
Status follow(SweepSet& set, std::size_t run, const Options& options, const SweepControl& control, const Told& told,
              Clock& clock)
{
    CORE_TRY(session, openRun(set, run, options));
    Follower follower;
    auto watching = session->events().subscribe(follower);
    const double began = base::steadySeconds();
    bool paused = false, stopped = false;
    double nextTell = 0;
    session->start();
    while (!session->finished()) {
        if (control.stopped && !stopped) {
            stopped = true;
            CORE_CHECK(session->post(Stop{true}));
        }
        if (control.paused != paused && !stopped) {
            paused = control.paused;
            CORE_CHECK(session->post(paused ? Command(Pause{}) : Command(Continue{})));
        }
        if (const double now = base::steadySeconds(); now >= nextTell) {
            tellOf(told, set, clock, run, follower.share(), false, paused);
            nextTell = now + tellSeconds;
        }
        std::this_thread::sleep_for(lookEvery);
    }
    const events::RunFinished result = session->wait();
    watching.reset();
    session.reset(); // joined: its files are whole
    set.refresh();
    if (!set.runs()[run].ended && (control.stopped || result.state == events::RunState::Interrupted))
        return Error{ErrorKind::Interrupted, "stopped before its end", set.id(),
                     "Start it again: it goes on from here"};
    if (!set.runs()[run].problem.empty())
        return result.error.message.empty() ? Error{ErrorKind::Run, set.runs()[run].problem, set.runs()[run].id, {}}
                                            : result.error;
    CORE_CHECK(set.keep());
    clock.ended(run, base::steadySeconds() - began);
    tellOf(told, set, clock, run, 1, true, false);
    return {};
}

}

Status trainSet(SweepSet& set, const Options& options, const SweepControl& control, const Told& told)
{
    Options how = options;
    how.runs = set.folder();
    Clock clock(set);
    for (std::size_t i = 0; i < set.runs().size(); ++i)
        if (const SweepRun& run = set.runs()[i]; run.ended && run.seconds > 0)
            clock.ended(i, run.seconds);
    for (std::size_t run = 0; run < set.runs().size(); ++run) {
        if (set.runs()[run].ended)
            continue;
        if (control.stopped)
            return Error{ErrorKind::Interrupted, "stopped before its end", set.id(),
                         "Start it again: it goes on from here"};
        CORE_CHECK(follow(set, run, how, control, told, clock));
    }
    return {};
}

namespace {

// Which runs cost the same: what they are called, their seeds and their rates take no time.
std::string costKey(const SweepRun& run)
{
    base::Object changes;
    for (const auto& [path, value] : run.plan.changes)
        if (path != "name" && path != "train.seed" && path != "train.optimizer.lr" &&
            !path.starts_with("train.schedule"))
            changes.set(path, value);
    return base::writeJson(changes);
}

}

Result<double> estimateSet(const SweepSet& set, const std::string& device, const Going& going)
{
    std::map<std::string, double> known;
    double sum = 0;
    for (std::size_t i = 0; i < set.runs().size(); ++i) {
        const SweepRun& run = set.runs()[i];
        if (run.ended)
            continue;
        if (going && !going(std::int64_t(i), std::int64_t(set.runs().size())))
            return Error{ErrorKind::Interrupted, "given up", "estimate", {}};
        auto found = known.find(costKey(run));
        if (found == known.end()) {
            CORE_TRY(resolved, set.experimentOf(i));
            CORE_TRY(cost, estimate(resolved, device));
            found = known.emplace(costKey(run), cost.seconds).first;
        }
        sum += found->second;
    }
    return sum;
}

Result<SweepEstimate> estimateSweep(const std::string& kind, const base::Value& settings, const base::Value& resolved,
                                    const std::string& device, const Going& going)
{
    CORE_TRY(set, SweepSet::create({}, kind, settings, resolved));
    CORE_TRY(seconds, estimateSet(set, device, going));
    return SweepEstimate{set.runs().size(), seconds, set.notes()};
}

}
