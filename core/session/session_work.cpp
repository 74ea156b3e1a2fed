// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_work.h"

#include "core/session/rules.h"
#include "core/session/run_report.h"
#include "core/train/ranks/follower.h"

#include <algorithm>

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
    // Of threads; joined when the trainer with its engine is gone.
    std::optional<train::ranks::Crew> crew;
    const spec::DistributedSpec shared = spec::read(m_resolved).distributed;
    train::TrainerContext context{m_resolved,
                                  &m_folder,
                                  m_recorder.get(),
                                  &m_hub,
                                  &m_mailbox,
                                  m_device,
                                  m_options.startPaused,
                                  m_options.frames,
                                  std::move(m_resumeFrom),
                                  std::move(m_edits),
                                  m_parent,
                                  m_parentStep,
                                  m_options.until,
                                  [this](events::RunState state) { endRules(state); }};
    if (m_options.meet)
        context.meet = [this] { return m_options.meet(m_folder.path()); };
    else if (shared.strategy == "ddp")
        context.meet = [&]() -> base::Result<std::shared_ptr<train::ranks::World>> {
            crew.emplace(shared.worldSize, shared.timeoutS);
            return crew->world();
        };
    return train::Trainer(std::move(context)).run();
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
