// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/state.h"

#include <algorithm>
#include <array>

namespace core::jobs {

namespace {

using enum JobState;

struct StateRow {
    JobState state;
    std::string_view name;
    std::vector<JobState> next;
};

// A spot job may lose its instances at any time while it holds them, and so may one whose program dies. Stopping keeps
// the model: it goes through Uploading where there is something to keep.
const std::array<StateRow, jobStates>& stateTable()
{
    static const std::array<StateRow, jobStates> table{{
        {Pending, "Pending", {Starting, Stopping, Failed, MaxWaitTimeExceeded}},
        {Starting, "Starting", {LaunchingMLInstances, Interrupted, Stopping, Failed, MaxWaitTimeExceeded}},
        {LaunchingMLInstances,
         "LaunchingMLInstances",
         {PreparingTrainingStack, Interrupted, Stopping, Failed, MaxWaitTimeExceeded}},
        {PreparingTrainingStack,
         "PreparingTrainingStack",
         {Downloading, Interrupted, Stopping, Failed, MaxWaitTimeExceeded}},
        {Downloading, "Downloading", {Training, Interrupted, Stopping, Failed, MaxWaitTimeExceeded}},
        {Training, "Training", {Interrupted, Uploading, Stopping, Failed}},
        {Interrupted, "Interrupted", {Restarting, Stopping, Failed, MaxWaitTimeExceeded}},
        {Restarting, "Restarting", {LaunchingMLInstances, Interrupted, Stopping, Failed, MaxWaitTimeExceeded}},
        {Uploading,
         "Uploading",
         {Interrupted, Stopping, Completed, Failed, Stopped, MaxRuntimeExceeded, MaxWaitTimeExceeded}},
        {Stopping, "Stopping", {Uploading, Failed, Stopped, MaxRuntimeExceeded, MaxWaitTimeExceeded}},
        {Completed, "Completed", {}},
        {Failed, "Failed", {}},
        {Stopped, "Stopped", {}},
        {MaxRuntimeExceeded, "MaxRuntimeExceeded", {}},
        {MaxWaitTimeExceeded, "MaxWaitTimeExceeded", {}},
    }};
    return table;
}

const StateRow& rowOf(JobState state)
{
    return stateTable()[std::size_t(state)];
}

}

std::string_view name(JobState state)
{
    return rowOf(state).name;
}

bool stateOf(std::string_view name, JobState& state)
{
    const auto row = std::ranges::find(stateTable(), name, &StateRow::name);
    if (row == stateTable().end())
        return false;
    state = row->state;
    return true;
}

bool isFinal(JobState state)
{
    return rowOf(state).next.empty();
}

std::span<const JobState> following(JobState state)
{
    return rowOf(state).next;
}

bool mayFollow(JobState before, JobState after)
{
    return std::ranges::count(following(before), after) > 0;
}

bool holdsInstances(JobState state)
{
    return state == PreparingTrainingStack || state == Downloading || state == Training || state == Uploading ||
           state == Stopping;
}

std::string_view primaryStatus(JobState state)
{
    switch (state) {
    case Completed:
        return "Completed";
    case Failed:
        return "Failed";
    case Stopping:
        return "Stopping";
    case Stopped:
    case MaxRuntimeExceeded:
    case MaxWaitTimeExceeded:
        return "Stopped";
    default:
        return "InProgress";
    }
}

}
