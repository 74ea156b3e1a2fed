// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_work.h"

#include "core/session/rules.h"
#include "core/session/run_report.h"
#include "core/train/ranks/follower.h"

#include <algorithm>
#include <utility>

namespace core::session {

events::RunFinished Session::Work::recordEnd()
{
    endRules(m_unrecordedEnd->state);
    m_hub.publish(events::StateChanged{m_unrecordedEnd->state, m_unrecordedEnd->steps, {}});
    m_hub.publish(*m_unrecordedEnd);
    return *m_unrecordedEnd;
}

events::RunFinished Session::Work::train()
{
    // Of threads; joined when the trainers with their engines are gone.
    std::optional<train::ranks::Crew> crew;
    const spec::DistributedSpec shared = spec::read(m_resolved).distributed;
    std::vector<base::Error> losses;
    bool paused = m_options.startPaused;
    for (;;) {
        train::TrainerContext context{m_resolved,
                                      &m_folder,
                                      m_recorder.get(),
                                      &m_hub,
                                      &m_mailbox,
                                      m_device,
                                      paused,
                                      m_options.frames,
                                      std::exchange(m_resumeFrom, {}),
                                      std::move(m_edits),
                                      m_parent,
                                      m_parentStep,
                                      m_options.until,
                                      [this](events::RunState state) { endRules(state); }};
        if (m_options.meet)
            context.meet = [this] { return m_options.meet(m_folder.path()); };
        else if (shared.strategy != "none")
            context.meet = [&]() -> base::Result<std::shared_ptr<train::ranks::World>> {
                if (crew)
                    crew->gatherAgain(shared.onFailure == "replace");
                else
                    crew.emplace(shared.worldSize, shared.timeoutS);
                return crew->world();
            };
        context.losses = losses;
        context.othersGoOn = shared.onFailure != "stop" && std::int64_t(losses.size()) < shared.maxRestarts;
        train::Trainer trainer(std::move(context));
        events::RunFinished end = trainer.run();
        if (!trainer.loss())
            return end;
        losses.push_back(*trainer.loss());
        paused = trainer.paused();
        if (const base::Status back = goBack(); !back) {
            end.error = back.error();
            endRules(end.state);
            m_hub.publish(events::StateChanged{end.state, end.steps, base::describe(end.error)});
            m_hub.publish(end);
            return end;
        }
    }
}

void Session::Work::watchRules()
{
    auto rules = std::make_unique<LiveRules>(
        m_hub, m_resolved, m_options.runs, std::exchange(m_rulesPast, {}),
        [this](const spec::RuleSpec& rule, const events::Finding& finding) { return actOn(rule, finding); },
        [this] { return recorded(); });
    m_ruling.reset();
    {
        std::lock_guard lock(m_mutex);
        m_rules.swap(rules);
    }
    m_ruling = m_hub.subscribe(*m_rules);
}

base::Status Session::Work::goBack()
{
    CORE_CHECK(m_recorder->flush());
    CORE_TRY(record, store::readRun(m_folder.path()));
    m_resumeFrom.reset();
    if (auto kept = store::newestToResume(m_folder.checkpoints(), stepsRecorded(record));
        kept && kept->step >= m_parentStep)
        m_resumeFrom = std::move(*kept);
    else if (m_parentStep >= 0)
        return base::Error{base::ErrorKind::Data, "the checkpoint that this branch began with is missing or damaged",
                           m_folder.path().string(), "Branch again from " + m_parent};
    else
        beginAgain();
    m_edits = editsAhead(record, m_resumeFrom);
    const std::int64_t from = m_resumeFrom ? m_resumeFrom->step : -1;
    m_rulesPast = {std::make_shared<store::RunRecord>(std::move(record)), std::max<std::int64_t>(from, 0)};
    watchRules();
    return store::forgetCheckpointsAfter(m_folder.checkpoints(), from);
}

void Session::Work::run()
{
    events::RunFinished result = m_unrecordedEnd ? recordEnd() : train();
    const bool open = result.state == events::RunState::Stopped || result.state == events::RunState::Interrupted;
    // A run that can be resumed keeps its journal; any other gets its compressed file.
    base::Status written = open ? m_recorder->sync() : m_recorder->finish();
    if (!written && result.error.message.empty())
        result.error = written.error();
    m_recording.reset();
    m_recorder.reset();
    if (!open)
        reportTrees(result);
    {
        std::lock_guard lock(m_mutex);
        m_finished = std::move(result);
    }
    m_ended.notify_all();
}

void Session::Work::reportTrees(const events::RunFinished& end)
{
    const auto rules = spec::read(m_resolved).rules;
    if (!learnsInRounds(m_resolved) ||
        std::ranges::none_of(rules, [](const spec::RuleSpec& rule) { return rule.rule == "CreateXgboostReport"; }))
        return;
    base::Status written;
    try {
        written = writeTreesReport(m_folder.path());
    } catch (const std::exception& failure) {
        written = base::Error{base::ErrorKind::Internal, failure.what(), m_folder.path().string(), {}};
    }
    // The run itself has ended well.
    if (!written)
        m_hub.publish(events::Notice{end.steps, written.error()});
}

void Session::Work::endRules(events::RunState state)
{
    m_ruling.reset();
    m_rules->settle(endingOf(state));
    m_actions->settle();
}

base::Result<store::RunRecord> Session::Work::recorded()
{
    CORE_CHECK(m_recorder->flush());
    return store::readRun(m_folder.path());
}

bool Session::Work::actOn(const spec::RuleSpec& rule, const events::Finding& finding)
{
    const bool stops = m_actions->fire(rule, finding);
    if (stops)
        m_mailbox.post(train::Stop{false, finding.rule + " stopped the run at step " + std::to_string(finding.step) +
                                              ": " + finding.message});
    return stops;
}

}
