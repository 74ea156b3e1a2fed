// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/interruption.h"
#include "core/jobs/job.h"
#include "core/jobs/process.h"

#include <functional>

namespace core::jobs {

/// What a job does, behind its states: a script, or the training of an experiment.
class JobWork {
public:
    virtual ~JobWork() = default;

    /// Downloading: makes ready what a launch needs.
    virtual base::Status prepare() = 0;
    /// How a launch is started. `haltAt`: it stops itself (SIGSTOP) before this update, if it can.
    virtual base::Result<Launch> launch(std::optional<std::int64_t> haltAt) = 0;
    /// Whether a launch stops itself where it is told to; else its log tells how far it is.
    virtual bool haltsItself() const { return false; }
    /// From which update the next launch goes on; −1: not known.
    virtual std::int64_t savedStep() = 0;
    /// Updates that were seen so far; −1: not known. Called often where a launch does not halt itself.
    virtual std::int64_t step() = 0;
    /// Whether the launch has begun to train.
    virtual bool begun() = 0;
    /// Whether a launch that was interrupted had done all there was to do before it ended so.
    virtual bool doneDespite(const WorkerEnd& end) = 0;
    /// Why it failed, in words, besides how it ended; may be empty.
    virtual std::string failure() = 0;
    /// The run's folder; empty while it is not known.
    virtual std::string run() = 0;
    /// Uploading: what is kept of it.
    virtual base::Status finish() = 0;
};

struct RunnerWatch {
    std::function<void(const StateChange&)> changed; ///< each state, when it is on disk
    std::function<bool()> mustLeave; ///< whether this program is to end: the worker gets its notice, and the job waits
                                     ///< as Interrupted for whoever goes on with it
};

/// Brings a job to its end through its states: starts the worker, interrupts it as the law says, waits, starts it
/// again. Returns the state it is left in, which is final unless the program was to leave. Errors are those of the
/// disk; what is wrong with the job itself ends it as Failed.
base::Result<JobState> runJob(JobFile& file, const spec::JobSpec& spec, JobWork& work, const RunnerWatch& watch = {});

}
