// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace core::jobs {

/// The variable that a worker and whatever it starts are known by: marks of the worker and of those it was started by,
/// one behind the other.
inline constexpr const char* markVariable = "DESCENT_JOB_MARK";

/// A mark that no other worker of this machine has.
std::string newMark();
/// The variable's value for a worker with this mark, started by this process.
std::string markedBy(const std::string& mark);

/// Kills (SIGKILL) every process of this machine that has the mark in its environment, and what those have started, but
/// not the caller, until there are none. Jobs that were handed to a cluster (SLURM_JOB_ID, PBS_JOBID, LSB_JOBID; another
/// one than the caller's) live on. Allocates nothing: it may be called after a fork.
void killMarked(const char* mark);

}
