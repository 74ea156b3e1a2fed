// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/instances.h"
#include "core/jobs/job.h"

namespace core::session {

/// What a person gives to the queue: an experiment as it is written, and the folder at which its paths start.
struct JobSubject {
    base::Value given;
    std::filesystem::path folder;
};

/// As the queue keeps it: its settings with every default and whole paths, and its part `job`, checked, with its
/// instance. A script's other parts stay as they are written. `notes`: what was changed to fit.
base::Result<base::Value> jobExperiment(const JobSubject& subject, std::vector<std::string>* notes = nullptr);

/// Puts it into the queue of a folder of runs, by its `job.priority` where no other is named.
base::Result<jobs::Job> submitJob(const base::Value& experiment, std::optional<std::int64_t> priority,
                                  const std::filesystem::path& runs);
/// The same once more, of a job that has ended.
base::Result<jobs::Job> requeueJob(const jobs::Job& job, const std::filesystem::path& runs);

/// How far a job is: updates done and to do (0: not known), seconds that are left by the pace so far.
struct JobProgress {
    std::int64_t step = 0, steps = 0;
    std::optional<double> secondsLeft;
};
JobProgress progressOf(const jobs::Job& job, double now);

/// The job as `--json` has it: its states, how far it is, its ledger with the intervals between checkpoints.
base::Result<base::Object> describeJob(const jobs::Job& job);

/// CPU, one GPU or several, from what a run that has ended measured: `choice reason instance first measured`.
base::Result<base::Object> adviseForRun(const std::filesystem::path& run);

}
