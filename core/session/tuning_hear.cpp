// SPDX-License-Identifier: GPL-3.0-or-later
// What workers tell, and what is made of it.
#include "core/session/tuning_work.h"

namespace core::session {

using base::Object;
using base::Status;
using base::Value;
using tune::Trial;
using tune::TrialState;

namespace {

constexpr double roomSeconds = 2; ///< until a worker that had no room is started again

}

Status Tuner::Work::hear(Worker& worker)
{
    for (Object& line : worker.process->told())
        worker.told.push_back(std::move(line));
    if (worker.told.empty()) {
        if (worker.began == 0)
            CORE_CHECK(hold(worker.trial, worker.process->held()));
        return {};
    }
    if (worker.began == 0) {
        CORE_CHECK(hold(worker.trial, {}));
        CORE_CHECK(note(worker.trial, "job", worker.process->job()));
        worker.began = base::steadySeconds();
    }
    for (; !worker.told.empty(); worker.told.pop_front())
        CORE_CHECK(take(worker, worker.told.front()));
    return {};
}

Status Tuner::Work::take(Worker& worker, const Object& line)
{
    if (const Value* run = line.find("run"); run && run->isText() && trial(worker.trial).run != run->text())
        CORE_CHECK(m_study.setRun(worker.trial, run->text()));
    const Value *step = line.find("step"), *value = line.find("value");
    const TrialState now = trial(worker.trial).state;
    if (step && value && (now == TrialState::Running || now == TrialState::Paused)) {
        worker.claim.reset();
        // What was told before it was gone on with is told again.
        if (const auto last = trial(worker.trial).lastStep(); last && step->toInt() <= *last)
            return {};
        CORE_TRY(stop, m_study.report(worker.trial, step->toInt(), tune::numberOf(*value)));
        if (stop && !worker.stop && now == TrialState::Running)
            end(worker, std::move(*stop));
    }
    if (step)
        m_noRoom.clear();
    if (line.find("ended")) {
        worker.end = Value(line);
        if ((*worker.end)["ended"].text() != "no_room")
            m_noRoom.clear();
    }
    return {};
}

void Tuner::Work::end(Worker& worker, tune::Stop why)
{
    worker.stop = std::move(why);
    worker.asked = base::steadySeconds();
    worker.process->askToEnd();
}

Status Tuner::Work::judge(Worker& worker)
{
    const double now = base::steadySeconds();
    if (worker.asked > 0) {
        if (now - worker.asked > m_executor->endSeconds())
            worker.process->kill();
        return {};
    }
    const Trial& what = trial(worker.trial);
    const auto most = m_study.state().spec.maxTrialRuntime;
    if (what.state != TrialState::Running)
        end(worker, {"person"});
    else if (most && worker.began > 0 && now - worker.began > *most)
        end(worker, {"max_trial_runtime",
                     what.lastStep().value_or(0),
                     now - worker.began,
                     *most,
                     {},
                     "it ran longer than " + tune::plainNumber(*most) + " s"});
    return {};
}

Status Tuner::Work::finish(Worker& worker)
{
    if (!worker.trouble)
        worker.trouble = worker.process->wait();
    const Trial& what = trial(worker.trial);
    if (what.state != TrialState::Running)
        return {};
    const std::string ended = worker.end ? (*worker.end)["ended"].text() : std::string();
    if (ended == "completed" || ended == "early_stopped")
        return tell(worker);
    if (worker.stop)
        return m_study.stop(worker.trial, *worker.stop);
    if (ended == "failed")
        return m_study.fail(worker.trial, (*worker.end)["error"].text());
    if (ended == "no_room") {
        m_noRoom = (*worker.end)["error"].text();
        m_fillAt = base::steadySeconds() + roomSeconds;
        return {};
    }
    // A time limit or somebody more important: it goes on elsewhere, as long as each turn gets it further. The first
    // may come before its first step.
    if (ended == "interrupted") {
        const std::int64_t steps = (*worker.end)["steps"].toInt();
        const Value* before = what.notes.find("interrupted_at");
        if (!before || steps > before->toInt())
            return m_study.note(worker.trial, "interrupted_at", steps);
    }
    return m_study.died(worker.trial,
                        "its worker " + (worker.trouble->empty() ? "ended without a word" : *worker.trouble));
}

Status Tuner::Work::tell(const Worker& worker)
{
    std::vector<double> values;
    for (const tune::ObjectiveSpec& each : m_study.state().spec.objective) {
        const Value& value = (*worker.end)["metrics"][each.metric];
        if (value.isNull())
            return m_study.fail(worker.trial, "\"" + each.metric + "\" was not recorded");
        values.push_back(tune::numberOf(value));
    }
    return m_study.tell(worker.trial, values);
}

}
