// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/queue.h"
#include "core/debug/action.h"
#include "core/events/hub.h"
#include "core/spec/rules.h"

#include <atomic>
#include <thread>

namespace core::session {

/// Does what rules ask for when they fire, on a thread of its own: a mail server that is slow keeps nobody waiting.
/// What could not be done is told as a Notice; nothing of it is written to the run but that.
class RuleActions {
public:
    RuleActions(events::EventHub& hub, std::string run, std::filesystem::path folder);
    ~RuleActions(); ///< does what is left

    /// All actions of a rule that has fired, but stopping. Whether one of them stops the run.
    bool fire(const spec::RuleSpec& rule, const events::Finding& finding);
    /// Waits until all is done.
    void settle();

private:
    struct Job {
        base::Pick action;
        debug::Alert alert;
    };
    void work();
    void perform(const Job& job);
    void tell(const Job& job, const base::Error& error);

    events::EventHub& m_hub;
    std::string m_run;
    std::filesystem::path m_folder;
    base::Queue<Job> m_jobs;
    std::atomic<bool> m_closing = false;
    std::jthread m_thread;
};

}
