// SPDX-License-Identifier: GPL-3.0-or-later
// What a session is made of; for the sources of core/session alone.
#pragma once

#include "core/base/thread_name.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "core/train/trainer.h"

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

    const events::RunFinished& wait()
    {
        std::unique_lock lock(m_mutex);
        m_ended.wait(lock, [&] { return m_finished.has_value(); });
        return *m_finished;
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
    events::EventHub m_hub;

private:
    std::unique_ptr<store::Recorder> m_recorder;
    events::EventHub::Subscription m_recording;
    train::Mailbox m_mailbox;
    mutable std::mutex m_mutex;
    std::condition_variable m_ended;
    std::optional<events::RunFinished> m_finished;
    std::jthread m_thread; ///< last: joined before anything it uses goes

    events::RunFinished recordEnd()
    {
        m_hub.publish(events::StateChanged{m_unrecordedEnd->state, m_unrecordedEnd->steps, {}});
        m_hub.publish(*m_unrecordedEnd);
        return *m_unrecordedEnd;
    }

    events::RunFinished train()
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
                                      m_options.until};
        return train::Trainer(std::move(context)).run();
    }

    void run()
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

    /// The settings with the edit, if it may be made.
    base::Result<base::Value> checkEdit(const train::Edit& edit) const;
};

/// What runs of an experiment are called.
std::string runName(const base::Value& resolved);

}
