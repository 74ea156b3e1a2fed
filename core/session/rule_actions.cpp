// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rule_actions.h"

#include "core/base/clock.h"
#include "core/base/thread_name.h"
#include "core/debug/rule.h"

#include <mutex>

namespace core::session {

namespace {

// One for the whole program: runs of a study share it.
bool allowed(const std::string& target)
{
    static std::mutex mutex;
    static debug::RateLimit limit;
    const std::lock_guard lock(mutex);
    return limit.allows(target, base::steadySeconds());
}

}

RuleActions::RuleActions(events::EventHub& hub, std::string run, std::filesystem::path folder)
    : m_hub(hub),
      m_run(std::move(run)),
      m_folder(std::move(folder)),
      m_thread([this] { work(); })
{
}

RuleActions::~RuleActions()
{
    settle();
}

bool RuleActions::fire(const spec::RuleSpec& rule, const events::Finding& finding)
{
    bool stops = rule.params["stop_training_on_fire"].toBool();
    const base::Entry* entry = debug::allRules().family().find(rule.rule);
    for (const base::Pick& action : rule.actions) {
        const auto made = debug::allActions().make(action);
        if (made && (*made)->stops())
            stops = stops || m_run.starts_with((*made)->prefix());
        else
            m_jobs.pushAlways({action, {m_run, m_folder, entry ? entry->title : rule.rule, finding}});
    }
    return stops;
}

void RuleActions::settle()
{
    m_closing = true;
    m_jobs.close();
    if (m_thread.joinable())
        m_thread.join();
}

void RuleActions::work()
{
    base::nameThread("actions");
    // A closed queue is emptied first.
    for (;;) {
        const auto job = m_jobs.pop(std::chrono::milliseconds(200));
        if (job)
            perform(*job);
        else if (m_closing.load())
            return;
    }
}

void RuleActions::perform(const Job& job)
{
    const auto made = debug::allActions().make(job.action);
    if (!made)
        return tell(job, made.error());
    if (!allowed((*made)->target()))
        return tell(job, {base::ErrorKind::Resource,
                          "left out: there was one to the same target less than a minute ago",
                          {},
                          "One a minute is done to each target"});
    if (const base::Status done = (*made)->perform(job.alert); !done)
        tell(job, done.error());
}

void RuleActions::tell(const Job& job, const base::Error& error)
{
    base::Error told = error;
    told.message = job.action.kind + " of the rule " + job.alert.finding.rule + ": " + told.message;
    m_hub.publish(events::Notice{job.alert.finding.step, std::move(told)});
}

}
