// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/cure.h"

#include "core/base/clock.h"
#include "core/store/checkpoint.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Result;

namespace cure_work {

constexpr auto lookEvery = std::chrono::milliseconds(10);
constexpr double tellSeconds = 0.1;

// Steps that a run has recorded.
std::int64_t stepsOf(const store::RunRecord& run)
{
    if (run.finished)
        return run.finished->steps;
    const auto loss = run.scalars.find("train/loss");
    return loss == run.scalars.end() || loss->second.steps.empty() ? 0 : loss->second.steps.back() + 1;
}

class Steps final : public events::EventSink {
public:
    void onScalars(const events::ScalarRow& row) override
    {
        if (row.group == 0)
            m_step = row.step + 1;
    }
    void onEvent(const events::Event&) override {}
    std::int64_t step() const { return m_step; }

private:
    std::atomic<std::int64_t> m_step{0};
};

struct Way {
    std::int64_t branch = 0, branches = 1, from = 0, to = 0;
    double began = 0;

    CureProgress at(std::int64_t step) const
    {
        const double span = double(std::max<std::int64_t>(1, to - from));
        const double done = std::clamp(double(step - from) / span, 0.0, 1.0);
        const double share = (double(branch) + done) / double(branches);
        const double spent = base::steadySeconds() - began;
        return {branch, branches, step, from, to, share, share > 0.02 ? spent * (1 - share) / share : -1};
    }
};

Result<std::filesystem::path> train(Session& session, const SweepControl& control, const CureWatch& watch, Way way)
{
    Steps steps;
    const auto watching = session.events().subscribe(steps);
    if (watch.began)
        watch.began(way.branch, session);
    session.start();
    bool stopped = false, paused = false;
    double nextTell = 0;
    while (!session.finished()) {
        if (control.stopped && !stopped) {
            stopped = true;
            CORE_CHECK(session.post(Stop{true}));
        }
        if (control.paused != paused && !stopped) {
            paused = control.paused;
            CORE_CHECK(session.post(paused ? Command(Pause{}) : Command(Continue{})));
        }
        if (const double now = base::steadySeconds(); watch.told && now >= nextTell) {
            watch.told(way.at(std::max(way.from, steps.step())));
            nextTell = now + tellSeconds;
        }
        std::this_thread::sleep_for(lookEvery);
    }
    const events::RunFinished result = session.wait();
    if (watch.ended)
        watch.ended();
    if (result.state == events::RunState::Interrupted)
        return Error{ErrorKind::Interrupted, "stopped before its end", session.id(), "Resume it, or try again"};
    // A future that dies is one, too: it can be compared.
    return session.folder();
}

}

std::int64_t keyframeBefore(const std::filesystem::path& run, std::int64_t step)
{
    std::int64_t found = 0;
    for (const store::CheckpointFile& file : store::listCheckpoints(run / "checkpoints"))
        if (file.step <= step)
            found = std::max(found, file.step);
    return found;
}

Result<Cure> tryFix(const CureWish& wish, const Options& options, const SweepControl& control, const CureWatch& watch)
{
    CORE_TRY(without, store::readRun(wish.run));
    const std::int64_t steps = cure_work::stepsOf(without);
    const bool whole = without.finished && without.finished->state != events::RunState::Stopped;
    if (wish.step > steps)
        return Error{ErrorKind::Usage, "the run has made " + std::to_string(steps) + " steps only", wish.run.string(),
                     "Name a step before that"};
    Options how = options;
    // Beside a run that may go on, as far as that is now.
    how.until = whole ? -1 : steps;
    cure_work::Way way{0, std::max<std::int64_t>(1, wish.seeds), wish.step, steps, base::steadySeconds()};
    if (without.opened && without.finished && without.finished->state == events::RunState::Failed)
        way.to = without.opened->totalSteps;
    Cure cure;
    std::vector<store::RunRecord> futures;
    for (; way.branch < way.branches; ++way.branch) {
        auto changes = wish.changes;
        if (way.branch > 0)
            changes.emplace_back("train.seed", without.spec["train"]["seed"].toInt(0) + way.branch);
        const Going going = [&](std::int64_t, std::int64_t) {
            if (watch.told)
                watch.told(way.at(way.from));
            return !control.stopped.load();
        };
        CORE_TRY(session, Session::branch(wish.run, wish.step, changes, how, going));
        CORE_TRY(folder, cure_work::train(*session, control, watch, way));
        session.reset(); // joined: its files are whole
        CORE_TRY(record, store::readRun(folder));
        cure.branches.push_back(folder);
        futures.push_back(std::move(record));
    }
    CORE_TRY(verdict, judge(without, futures, wish.metric));
    cure.verdict = std::move(verdict);
    return cure;
}

}
