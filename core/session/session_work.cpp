// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_work.h"

#include "core/session/rules.h"

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
    {
        std::lock_guard lock(m_mutex);
        m_finished = std::move(result);
    }
    m_ended.notify_all();
}

void Session::Work::endRules(events::RunState state)
{
    m_ruling.reset();
    m_rules->settle(endingOf(state), [this]() -> base::Result<store::RunRecord> {
        CORE_CHECK(m_recorder->flush());
        return store::readRun(m_folder.path());
    });
    m_actions->settle();
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
