// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning_executor.h"
#include "core/tune/tuning_spec.h"

namespace core::session {

/// Jobs of Slurm, those that start together as one array. The study's folder and the runs are shared with the nodes.
///
/// What stands in `<study>/jobs` is enough to find a job again: before each sbatch the batch of trials with the names
/// of the files to which their workers tell their lines. So jobs outlive the coordinator, and another one takes them
/// up. An error of kind Resource where Slurm's commands are not there.
base::Result<std::unique_ptr<Executor>> slurmExecutor(const tune::SlurmSpec& spec, const std::filesystem::path& study,
                                                      const std::filesystem::path& program,
                                                      const std::filesystem::path& runs);

/// A job of the queue, as `squeue -o '%F|%K|%T|%j|%r'` tells it.
struct SlurmJob {
    std::string id; ///< `123_0`
    std::string name, state, reason;

    bool operator==(const SlurmJob&) const = default;
    bool isPending() const { return state == "PENDING"; }
};
std::vector<SlurmJob> parseQueue(const std::string& text);

/// How a job ended, from `scontrol show job -o` or `sacct -n -P -o State,ExitCode`; empty if that says nothing.
std::string parseJobEnd(const std::string& text);

/// Text as one word of a shell.
std::string shellWord(const std::string& text);

}
