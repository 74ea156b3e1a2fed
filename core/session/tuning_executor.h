// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace core::session {

/// What a worker is to train.
struct TrialJob {
    std::int64_t trial = 0;
    double started = 0;               ///< when the trial was begun last: names this attempt
    std::string label;                ///< `t003`, for the names of its files
    std::filesystem::path experiment; ///< of this trial alone
    std::filesystem::path log;        ///< what the worker says goes to its end
    std::vector<std::string> metrics; ///< the objectives
    std::string run;                  ///< to go on with; empty: none is known
    std::string device = "auto";
    std::int64_t threads = 0; ///< 0: as the experiment says
    bool batched = false;     ///< it may share a process with others
};

/// The arguments of the program that trains the trial.
std::vector<std::string> workerCommand(const TrialJob& job, const std::filesystem::path& program,
                                       const std::filesystem::path& runs);

/// Trains one trial somewhere and tells of it, line by line as JSON: `{"run": folder}`, `{"step": 3, "value": 0.81}`,
/// at its end `{"ended": "completed", "metrics": {…}}`.
class TrialWorker {
public:
    virtual ~TrialWorker() = default;

    /// What it has told since it was last asked; never waits. Lines that are no objects are left out.
    virtual std::vector<base::Object> told() = 0;
    /// Whether it will tell nothing more: it has ended, or is about to.
    virtual bool closed() const = 0;
    /// Asks it to end, with a checkpoint.
    virtual void askToEnd() = 0;
    virtual void kill() = 0;
    /// After closed(): what became of it, such as `was killed by signal 9`; empty if it ended by itself and well.
    virtual std::string wait() = 0;
    /// Readable when there is something to hear; -1: it has to be asked.
    virtual int handle() const { return -1; }
    /// Its name where it runs, such as a job's number; and why it has not begun yet. Both empty where that says
    /// nothing.
    virtual std::string job() const { return {}; }
    virtual std::string held() { return {}; }
};

/// Where the trials of a study are trained.
class Executor {
public:
    virtual ~Executor() = default;

    /// One worker a job, in their order; fewer if it had no room for the rest, which are to be asked for again. After
    /// an error none was started: of kind Resource where it may go better later.
    virtual base::Result<std::vector<std::unique_ptr<TrialWorker>>> start(const std::vector<TrialJob>& jobs) = 0;
    /// The worker that an earlier coordinator started for this attempt of a trial and that was not heard to its end;
    /// nothing where there is none. What it has told is told again from its beginning. An error of kind Resource where
    /// that cannot be known now.
    virtual base::Result<std::unique_ptr<TrialWorker>> takeUp(const TrialJob&)
    {
        return std::unique_ptr<TrialWorker>();
    }
    /// Whether trials run on this machine, whose cores and devices they share.
    virtual bool here() const { return true; }
    /// Seconds that a worker has to write its checkpoint.
    virtual double endSeconds() const { return 20; }
    /// What is amiss with the place itself, such as a queue that does not answer; empty: nothing.
    virtual std::string trouble() { return {}; }
};

/// Processes of this machine. They end when this process does.
std::unique_ptr<Executor> localExecutor(const std::filesystem::path& program, const std::filesystem::path& runs);

}
