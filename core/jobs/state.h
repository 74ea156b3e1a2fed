// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace core::jobs {

/// SageMaker's secondary states of a training job (API SecondaryStatus), and Pending for one that waits in the queue.
enum class JobState {
    Pending,
    Starting,
    LaunchingMLInstances,
    PreparingTrainingStack,
    Downloading,
    Training,
    Interrupted,
    Restarting,
    Uploading,
    Stopping,
    Completed,
    Failed,
    Stopped,
    MaxRuntimeExceeded,
    MaxWaitTimeExceeded
};

inline constexpr int jobStates = 15;

/// As SageMaker writes it: `LaunchingMLInstances`.
std::string_view name(JobState state);
/// False for a name that is none.
bool stateOf(std::string_view name, JobState& state);

/// Completed, Failed, Stopped, MaxRuntimeExceeded, MaxWaitTimeExceeded: nothing comes after them.
bool isFinal(JobState state);
/// What may follow on a state, in the order of the enumeration.
std::span<const JobState> following(JobState state);
bool mayFollow(JobState before, JobState after);

/// Whether the instances are held, and paid for, in this state.
bool holdsInstances(JobState state);

/// SageMaker's TrainingJobStatus of it: `InProgress`, `Completed`, `Failed`, `Stopping`, `Stopped`. A job that ran out
/// of time is Stopped, as there.
std::string_view primaryStatus(JobState state);

}
