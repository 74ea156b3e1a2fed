// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/runner.h"

#include "core/base/clock.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <poll.h>

namespace core::jobs {

using namespace base;

namespace {

constexpr int tickMilliseconds = 10;
constexpr int killsInARow = 3; ///< by others, without a step forward

void tick()
{
    ::poll(nullptr, 0, tickMilliseconds);
}

// Why a launch ends, or has ended.
enum class Because { Itself, Law, Asked, Stop, MaxRun, MaxWait, Leave };

struct LaunchEnd {
    Because because = Because::Itself;
    WorkerEnd end;
    double waitS = 0;
    std::int64_t haltedAt = -1; ///< updates that were done when it stopped itself
};

class Runner {
public:
    Runner(JobFile& file, const spec::JobSpec& spec, JobWork& work, const RunnerWatch& watch, InterruptionLaw law)
        : m_file(file),
          m_spec(spec),
          m_work(work),
          m_watch(watch),
          m_law(std::move(law))
    {
    }

    Result<JobState> run();

private:
    JobFile& m_file;
    const spec::JobSpec& m_spec;
    JobWork& m_work;
    const RunnerWatch& m_watch;
    InterruptionLaw m_law;
    std::int64_t m_launch = 0;
    bool m_onDemand = false, m_stopAsked = false, m_interruptAsked = false;
    std::int64_t m_lastKilledAt = -2;
    int m_kills = 0;

    const Job& job() const { return m_file.job(); }
    Status to(JobState state, std::string reason = {}, std::int64_t step = -1, bool foretold = false, double waitS = 0);
    Status takeOver();
    Status launchOnce();
    Status afterLaunch(const LaunchEnd& launched);
    Status interrupted(const LaunchEnd& launched);
    Status killedByOthers(const LaunchEnd& launched);
    Status upload(JobState last, const std::string& reason);
    Status stopped(JobState last, const std::string& reason);
    Result<bool> waitForCapacity();
    LaunchEnd follow(WorkerProcess& worker, const std::optional<Interruption>& next);
    WorkerEnd endOf(WorkerProcess& worker, bool notice);
    std::optional<Interruption> nextInterruption() const;
    bool isDue(const Interruption& next, double began, WorkerProcess& worker);
    double trainedBefore() const;
    double firstTraining() const;
    void hear();
    bool mustLeave() const { return m_watch.mustLeave && m_watch.mustLeave(); }
    bool waitedTooLong() const { return m_spec.maxWaitS && wallSeconds() - job().submitted() > *m_spec.maxWaitS; }
};

Status Runner::to(JobState state, std::string reason, std::int64_t step, bool foretold, double waitS)
{
    CORE_CHECK(m_file.change({state, wallSeconds(), std::move(reason), m_launch, m_onDemand, step, foretold, waitS}));
    if (m_watch.changed)
        m_watch.changed(job().changes.back());
    return {};
}

void Runner::hear()
{
    for (const Wish wish : m_file.wishes())
        (wish == Wish::Stop ? m_stopAsked : m_interruptAsked) = true;
}

// Seconds of training in earlier launches.
double Runner::trainedBefore() const
{
    double seconds = 0;
    const auto& changes = job().changes;
    for (std::size_t i = 0; i + 1 < changes.size(); ++i)
        if (changes[i].state == JobState::Training)
            seconds += std::max(0.0, changes[i + 1].time - changes[i].time);
    return seconds;
}

double Runner::firstTraining() const
{
    const auto first = std::ranges::find(job().changes, JobState::Training, &StateChange::state);
    return first == job().changes.end() ? wallSeconds() : first->time;
}

std::optional<Interruption> Runner::nextInterruption() const
{
    if (m_onDemand)
        return std::nullopt;
    std::int64_t number = std::ranges::count(job().changes, true, &StateChange::foretold);
    auto next = m_law.at(number);
    // What a trace tells of the time that was waited took nothing away.
    const double passed = wallSeconds() - firstTraining();
    while (next && next->afterBegin && job().launches() > 1 && *next->afterBegin < passed)
        next = m_law.at(++number);
    return next;
}

bool Runner::isDue(const Interruption& next, double began, WorkerProcess& worker)
{
    if (next.atStep)
        return m_work.haltsItself() ? worker.halted() : m_work.step() >= *next.atStep;
    if (!m_work.begun())
        return false;
    return next.afterTraining ? steadySeconds() - began >= *next.afterTraining
                              : wallSeconds() - firstTraining() >= next.afterBegin.value_or(0);
}

WorkerEnd Runner::endOf(WorkerProcess& worker, bool notice)
{
    if (notice && m_spec.notify && *m_spec.notify > 0) {
        (void)m_file.notify(*m_spec.notify); // for whoever watches
        worker.notify();
        const double until = steadySeconds() + *m_spec.notify;
        while (!worker.ended() && steadySeconds() < until)
            tick();
    }
    worker.kill();
    while (!worker.ended())
        tick();
    return *worker.ended();
}

LaunchEnd Runner::follow(WorkerProcess& worker, const std::optional<Interruption>& next)
{
    const double began = steadySeconds(), before = trainedBefore();
    for (;; tick()) {
        if (const auto& end = worker.ended())
            return {Because::Itself, *end};
        hear();
        if (m_stopAsked)
            return {Because::Stop, endOf(worker, true)};
        if (mustLeave())
            return {Because::Leave, endOf(worker, true)};
        if (before + steadySeconds() - began > m_spec.maxRunS)
            return {Because::MaxRun, endOf(worker, true)};
        if (waitedTooLong())
            return {Because::MaxWait, endOf(worker, true)};
        if (std::exchange(m_interruptAsked, false))
            return {Because::Asked, endOf(worker, true), m_law.usualWait()};
        if (next && isDue(*next, began, worker)) {
            const std::int64_t at = worker.halted() ? next->atStep.value_or(-1) : -1;
            return {Because::Law, endOf(worker, true), next->waitS, at};
        }
        if (worker.halted() && !(next && next->atStep))
            worker.goOn();
        if (const std::string run = m_work.run(); !run.empty() && job().run.empty())
            (void)m_file.setRun(run); // said again at the end, where an error counts
    }
}

Status Runner::launchOnce()
{
    m_launch = job().launches() + 1;
    CORE_CHECK(to(JobState::LaunchingMLInstances));
    CORE_CHECK(to(JobState::PreparingTrainingStack));
    CORE_CHECK(to(JobState::Downloading));
    if (const Status ready = m_work.prepare(); !ready)
        return to(JobState::Failed, describe(ready.error()));
    const auto next = nextInterruption();
    auto launch = m_work.launch(next ? next->atStep : std::nullopt);
    if (!launch)
        return to(JobState::Failed, describe(launch.error()));
    auto worker = WorkerProcess::start(*launch);
    if (!worker)
        return to(JobState::Failed, describe(worker.error()));
    CORE_CHECK(to(JobState::Training, {}, m_work.savedStep()));
    const LaunchEnd launched = follow(*worker, next);
    if (const std::string run = m_work.run(); !run.empty())
        CORE_CHECK(m_file.setRun(run));
    return afterLaunch(launched);
}

Status Runner::afterLaunch(const LaunchEnd& launched)
{
    switch (launched.because) {
    case Because::Stop:
        return stopped(JobState::Stopped, "asked to stop");
    case Because::MaxRun:
        return stopped(JobState::MaxRuntimeExceeded, "trained as long as max_run_s allows");
    case Because::MaxWait:
        return stopped(JobState::MaxWaitTimeExceeded, "took as long as max_wait_s allows");
    case Because::Law:
    case Because::Asked:
    case Because::Leave:
        return m_work.doneDespite(launched.end) ? upload(JobState::Completed, {}) : interrupted(launched);
    case Because::Itself:
        break;
    }
    if (launched.end.well())
        return upload(JobState::Completed, {});
    const WorkerEnd& end = launched.end;
    if (end.signal == SIGKILL || end.signal == SIGTERM || end.signal == SIGHUP || end.status == 128 + SIGTERM ||
        end.status == 128 + SIGINT)
        return killedByOthers(launched);
    const std::string said = m_work.failure();
    return to(JobState::Failed, "the worker " + end.inWords() + (said.empty() ? "" : ": " + said), m_work.step());
}

// As an instance that dies. One that comes no further is not tried for ever.
Status Runner::killedByOthers(const LaunchEnd& launched)
{
    const std::int64_t at = m_work.step();
    m_kills = at > m_lastKilledAt || m_kills == 0 ? 1 : m_kills + 1;
    m_lastKilledAt = std::max(m_lastKilledAt, at);
    if (m_kills >= killsInARow)
        return to(JobState::Failed,
                  "the worker " + launched.end.inWords() + " " + std::to_string(m_kills) +
                      " times without coming further; is there enough memory?",
                  at);
    return to(JobState::Interrupted, "the worker " + launched.end.inWords() + ", by others", at);
}

Status Runner::interrupted(const LaunchEnd& launched)
{
    const std::string why = launched.because == Because::Law     ? "the capacity was taken away"
                            : launched.because == Because::Leave ? "the program that ran it was asked to end"
                                                                 : "asked to be interrupted";
    return to(JobState::Interrupted, why + "; the worker " + launched.end.inWords(),
              std::max(m_work.step(), launched.haltedAt), // what it had not written down was done all the same
              launched.because == Because::Law, launched.waitS);
}

Status Runner::upload(JobState last, const std::string& reason)
{
    CORE_CHECK(to(JobState::Uploading));
    if (const Status kept = m_work.finish(); !kept)
        return to(JobState::Failed, describe(kept.error()));
    if (const std::string run = m_work.run(); !run.empty())
        CORE_CHECK(m_file.setRun(run));
    return to(last, reason, m_work.step());
}

Status Runner::stopped(JobState last, const std::string& reason)
{
    CORE_CHECK(to(JobState::Stopping, reason));
    return upload(last, reason);
}

// False: the job has ended, or is left, while it waited.
Result<bool> Runner::waitForCapacity()
{
    // Of what the interruption costs some may have passed before this program took the job over.
    const StateChange& last = job().changes.back();
    const double until = steadySeconds() + std::max(0.0, last.waitS - std::max(0.0, wallSeconds() - last.time));
    const double left = m_spec.maxWaitS ? *m_spec.maxWaitS - (wallSeconds() - job().submitted()) : INFINITY;
    if (m_spec.fallback == "on_demand" && !m_onDemand && until - steadySeconds() > left) {
        m_onDemand = true;
        CORE_CHECK(to(JobState::Restarting, "waiting would go beyond max_wait_s: it goes on at the full price"));
        return true;
    }
    while (steadySeconds() < until) {
        hear();
        m_interruptAsked = false;
        if (m_stopAsked) {
            CORE_CHECK(stopped(JobState::Stopped, "asked to stop"));
            return false;
        }
        if (waitedTooLong()) {
            CORE_CHECK(to(JobState::MaxWaitTimeExceeded, "no capacity came within max_wait_s"));
            return false;
        }
        if (mustLeave())
            return false;
        tick();
    }
    CORE_CHECK(to(JobState::Restarting));
    return true;
}

// What the process before this one left.
Status Runner::takeOver()
{
    m_launch = job().launches();
    m_onDemand = job().changes.back().onDemand;
    const JobState state = job().state();
    if (state == JobState::Pending)
        return to(JobState::Starting);
    if (state == JobState::Stopping)
        return to(JobState::Stopped, "asked to stop");
    if (!isFinal(state) && state != JobState::Interrupted)
        return to(JobState::Interrupted, "the program that ran it ended", m_work.step());
    return {};
}

Result<JobState> Runner::run()
{
    if (job().state() == JobState::Pending && waitedTooLong()) {
        CORE_CHECK(to(JobState::MaxWaitTimeExceeded, "waited longer than max_wait_s in the queue"));
        return job().state();
    }
    CORE_CHECK(takeOver());
    while (!isFinal(job().state())) {
        if (job().state() == JobState::Interrupted) {
            if (mustLeave())
                break;
            CORE_TRY(goesOn, waitForCapacity());
            if (!goesOn)
                break;
        }
        CORE_CHECK(launchOnce());
    }
    return job().state();
}

}

Result<JobState> runJob(JobFile& file, const spec::JobSpec& spec, JobWork& work, const RunnerWatch& watch)
{
    auto law = InterruptionLaw::make(spec.interruption);
    if (!law) {
        const bool open = !isFinal(file.job().state());
        if (open)
            CORE_CHECK(file.change({.state = JobState::Failed, .reason = describe(law.error())}));
        return file.job().state();
    }
    return Runner(file, spec, work, watch, std::move(*law)).run();
}

}
