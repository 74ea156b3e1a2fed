// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"
#include "core/jobs/job.h"
#include "core/jobs/script_work.h"

#include <functional>

namespace core::session {

/// The rules of an experiment with every default, as a script's run keeps them; a problem of the part is the error.
base::Result<base::Value> scriptRules(const base::Value& experiment);

/// The run that a script's log becomes while the script goes: plots follow it, and rules work on it. It has no steps
/// to do, as runs that were made elsewhere.
class ScriptRun {
public:
    struct Options {
        std::filesystem::path runs;
        std::string name;                                                ///< of the experiment
        std::string source;                                              ///< where the script's log is
        std::string run = {};                                            ///< to go on with; empty: a new one
        base::Value rules = {};                                          ///< of scriptRules()
        std::vector<std::string> metrics = {};                           ///< that the log may tell
        std::function<void(const std::string& why)> stop = [](auto&) {}; ///< a rule stops the script; on any thread
    };
    static base::Result<std::unique_ptr<ScriptRun>> open(Options options);
    /// Without finish() the run is interrupted, and can be gone on with.
    ~ScriptRun();

    const std::filesystem::path& folder() const;
    /// What is told of a step again, by a script that went back, counts from finish() on.
    void add(const jobs::MetricLog::Told& told);
    /// The run ends as Completed, or as Failed with the reason; `log` tells what counts.
    base::Status finish(const std::string& failure, const jobs::MetricLog& log);

private:
    class Work;
    explicit ScriptRun(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

/// A script as a job whose log is a run while it goes.
class ScriptRunWork final : public jobs::ScriptWork {
public:
    ScriptRunWork(const jobs::Job& job, jobs::ScriptJob script, const spec::JobSpec& spec, std::filesystem::path runs);

    std::string run() override;
    /// Once the job has ended.
    base::Status end(const jobs::StateChange& last);

private:
    jobs::Job m_job;
    std::filesystem::path m_runs;
    std::unique_ptr<ScriptRun> m_run;
    std::string m_folder, m_trouble;
    double m_looked = 0;

    void take();
};

}
