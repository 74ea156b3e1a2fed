// SPDX-License-Identifier: GPL-3.0-or-later
// The inside of the Tuner.
#pragma once

#include "core/base/clock.h"
#include "core/session/script_trial.h"
#include "core/session/tuning.h"

#include <algorithm>
#include <map>
#include <set>

namespace core::session {

class Tuner::Work {
public:
    Work(StudyFolder folder, tune::Study study, Options options, StudySubject subject,
         std::unique_ptr<Executor> executor)
        : m_folder(std::move(folder)),
          m_study(std::move(study)),
          m_options(std::move(options)),
          m_subject(std::move(subject)),
          m_executor(std::move(executor)),
          m_script(isScript(m_subject.given)),
          m_gpus(m_executor->here() && !m_script ? m_options.device : "cpu", m_options.gpus),
          m_batches(m_executor->here() && !m_script && !m_gpus.on() && !m_options.executors)
    {
        for (const tune::Trial& each : m_study.state().trials)
            if (each.state == tune::TrialState::Running)
                m_inherited.insert(each.number);
    }
    ~Work() { endAll(); }

    const StudyFolder& folder() const { return m_folder; }
    const tune::StudyState& state() const { return m_study.state(); }

    base::Status run(const std::function<bool(const tune::StudyState&)>& going);

    void post(Order order, std::function<void(const base::Status&)> done)
    {
        const std::lock_guard lock(m_mutex);
        m_orders.push_back({std::move(order), std::move(done)});
    }

private:
    struct Worker {
        std::int64_t trial = 0;
        std::unique_ptr<TrialWorker> process;
        std::optional<tune::Stop> stop = {};     ///< why it was asked to end
        std::deque<base::Object> told = {};      ///< what is not on record yet
        std::optional<base::Value> end = {};     ///< what it said of its end
        std::optional<std::string> trouble = {}; ///< what became of it
        std::optional<GpuClaim> claim = {};      ///< memory that it has yet to take
        bool batched = false;                    ///< it shares a process
        double began = 0, asked = 0;             ///< steady seconds; when it first spoke, when it was asked to end
    };
    struct Posted {
        Order order;
        std::function<void(const base::Status&)> done;
    };

    void takeOrders();

    void say(const std::string& what) const
    {
        if (m_options.say)
            m_options.say(what);
    }

    // A full disk, a queue that does not answer: told once, and once more when it is over.
    void tellTrouble(std::string trouble);

    const tune::Trial& trial(std::int64_t number) const { return m_study.state().trials[std::size_t(number)]; }
    bool hasWorker(std::int64_t number) const
    {
        return std::ranges::find(m_workers, number, &Worker::trial) != m_workers.end();
    }

    // As many workers as there may be.
    base::Status fill();
    // Those that ran when the coordinator was lost come first; where they run still, they are listened to.
    base::Status choose(std::vector<std::int64_t>& next);

    bool isWanted(std::int64_t number) const { return !m_options.only || m_options.only == number; }

    std::int64_t places() const;

    // How this machine is shared; again where it is another one, or more trials are wanted at once.
    base::Status measure();

    base::Result<bool> takeUp(std::int64_t number);

    TrialJob jobOf(std::int64_t number) const;

    base::Status begin(const std::vector<std::int64_t>& numbers);

    // A GPU with room for the trial; nothing where it has to wait, or has failed since none ever has.
    base::Result<std::optional<GpuClaim>> place(std::int64_t number, const base::Value& tree,
                                                const std::vector<std::optional<GpuClaim>>& now);

    base::Status note(std::int64_t number, const char* key, const std::string& text);
    base::Status hold(std::int64_t number, const std::string& why) { return note(number, "held", why); }

    // What is trained; the job takes its number of threads from it.
    base::Result<base::Value> experimentOf(const tune::Trial& what, TrialJob& job) const;

    base::Status look();

    // What cannot be put on record now is kept until it can.
    base::Status hear(Worker& worker);

    base::Status take(Worker& worker, const base::Object& line);

    static void end(Worker& worker, tune::Stop why);

    // What the clock or a person says of it.
    base::Status judge(Worker& worker);

    base::Status finish(Worker& worker);

    base::Status tell(const Worker& worker);

    // Their trials stay running: they go on when the study does.
    void endAll();

    StudyFolder m_folder;
    tune::Study m_study;
    Options m_options;
    StudySubject m_subject;
    std::unique_ptr<Executor> m_executor;
    const bool m_script; ///< trials are runs of a person's own program
    GpuRoom m_gpus;
    const bool m_batches; ///< trials may share processes, if they are small
    std::vector<Worker> m_workers;
    std::set<std::int64_t> m_inherited; ///< trials that ran when this was opened
    std::set<std::int64_t> m_held;      ///< trials that wait for a GPU
    double m_fillAt = 0;                ///< steady seconds: no earlier
    std::string m_noRoom;               ///< why the worker that ended last could not begin
    bool m_waits = false;               ///< for room on the disk, or for a queue to answer
    std::mutex m_mutex;                 ///< of what follows
    std::deque<Posted> m_orders;
};

}
