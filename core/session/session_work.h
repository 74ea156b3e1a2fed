// SPDX-License-Identifier: GPL-3.0-or-later
// What a session is made of; for the sources of core/session alone.
#pragma once

#include "core/base/thread_name.h"
#include "core/session/inspect.h"
#include "core/session/live_rules.h"
#include "core/session/rule_actions.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "core/train/trainer.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace core::session {

class Session::Work {
public:
    Work(store::RunFolder folder, base::Value resolved, Options options, std::string device)
        : m_folder(std::move(folder)),
          m_resolved(std::move(resolved)),
          m_options(std::move(options)),
          m_device(std::move(device)),
          m_current(m_resolved)
    {
    }

    ~Work()
    {
        if (m_thread.joinable() && !finished())
            m_mailbox.post(train::Stop{true});
    }

    base::Status open()
    {
        CORE_TRY(recorder, store::Recorder::open(m_folder));
        m_recorder = std::move(recorder);
        m_recording = m_hub.subscribe(*m_recorder);
        return {};
    }

    /// What an earlier start recorded no longer counts.
    void beginAgain() { m_recorder->rewindTo(0); }

    void start()
    {
        m_actions = std::make_unique<RuleActions>(m_hub, m_folder.id(), m_folder.path());
        watchRules();
        m_thread = std::jthread([this] {
            base::nameThread("trainer");
            run();
        });
    }

    base::Status post(Command command)
    {
        if (auto* edit = std::get_if<train::Edit>(&command)) {
            CORE_TRY(changed, checkEdit(*edit));
            // With its defaults filled in: `"cosine"` becomes that kind with all its parameters.
            edit->value = *changed.at(edit->path);
            m_current = std::move(changed);
        }
        m_mailbox.post(std::move(command));
        return {};
    }

    std::optional<events::RunFinished> finished() const
    {
        std::lock_guard lock(m_mutex);
        return m_finished;
    }

    std::vector<events::Finding> findings() const
    {
        std::lock_guard lock(m_mutex);
        return m_rules ? m_rules->findings() : std::vector<events::Finding>{};
    }

    const events::RunFinished& wait()
    {
        std::unique_lock lock(m_mutex);
        m_ended.wait(lock, [&] { return m_finished.has_value(); });
        return *m_finished;
    }

    bool waitFor(std::chrono::milliseconds time)
    {
        std::unique_lock lock(m_mutex);
        return m_ended.wait_for(lock, time, [&] { return m_finished.has_value(); });
    }

    store::RunFolder m_folder;
    base::Value m_resolved;
    Options m_options;
    std::string m_device;
    base::Value m_current; ///< with the edits that were posted
    std::string m_parent;
    std::int64_t m_parentStep = -1;
    std::optional<store::Checkpoint> m_resumeFrom;
    std::optional<events::RunFinished> m_unrecordedEnd; ///< trained to its end by a process that died right then
    std::deque<events::Edited> m_edits;                 ///< that lie ahead
    LiveRules::Past m_rulesPast;                        ///< what they look at first
    events::EventHub m_hub;
    std::unique_ptr<RuleActions> m_actions; ///< from the start on
    std::unique_ptr<LiveRules> m_rules;     ///< from the start on

private:
    std::unique_ptr<store::Recorder> m_recorder;
    events::EventHub::Subscription m_recording, m_ruling;
    train::Mailbox m_mailbox;
    mutable std::mutex m_mutex;
    std::condition_variable m_ended;
    std::optional<events::RunFinished> m_finished;
    std::jthread m_thread; ///< last: joined before anything it uses goes

    // Rules say all that they have to say before the end is told.
    void endRules(events::RunState state);
    // All that was told until now.
    base::Result<store::RunRecord> recorded();
    // When a rule fires for the first time; whether the run is to stop.
    bool actOn(const spec::RuleSpec& rule, const events::Finding& finding);

    // What CreateXgboostReport asks for, once the run is written out.
    void reportTrees(const events::RunFinished& end);

    events::RunFinished recordEnd();
    events::RunFinished train();
    // Goes back to the last keyframe within this session; nothing else may use the run's record meanwhile.
    base::Status goBack();
    void watchRules();
    void run();

    /// The settings with the edit, if it may be made.
    base::Result<base::Value> checkEdit(const train::Edit& edit) const;
};

/// The edits that a run still has before it: those that its checkpoint says, and those that were made since.
std::deque<events::Edited> editsAhead(const store::RunRecord& record, const std::optional<store::Checkpoint>& from);
/// How far its rows reach: a newer checkpoint is none to go on from.
std::int64_t stepsRecorded(const store::RunRecord& record);

/// What runs of an experiment are called.
std::string runName(const base::Value& resolved);

}
