// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/state.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>

namespace tests::state_test {

using namespace core::jobs;

namespace {

// Written down once more, by hand.
const std::map<std::string, std::set<std::string>> allowed{
    {"Pending", {"Starting", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"Starting", {"LaunchingMLInstances", "Interrupted", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"LaunchingMLInstances", {"PreparingTrainingStack", "Interrupted", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"PreparingTrainingStack", {"Downloading", "Interrupted", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"Downloading", {"Training", "Interrupted", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"Training", {"Interrupted", "Uploading", "Stopping", "Failed"}},
    {"Interrupted", {"Restarting", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"Restarting", {"LaunchingMLInstances", "Interrupted", "Stopping", "Failed", "MaxWaitTimeExceeded"}},
    {"Uploading",
     {"Interrupted", "Stopping", "Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}},
    {"Stopping", {"Uploading", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"}},
    {"Completed", {}},
    {"Failed", {}},
    {"Stopped", {}},
    {"MaxRuntimeExceeded", {}},
    {"MaxWaitTimeExceeded", {}},
};

}

TEST_CASE("each of the 225 pairs of states may follow or not, as the table says")
{
    REQUIRE(allowed.size() == std::size_t(jobStates));
    for (int before = 0; before < jobStates; ++before)
        for (int after = 0; after < jobStates; ++after) {
            const std::string from(name(JobState(before))), to(name(JobState(after)));
            INFO(from << " -> " << to);
            CHECK(mayFollow(JobState(before), JobState(after)) == (allowed.at(from).count(to) == 1));
        }
}

TEST_CASE("every state is reached from Pending, and leads to an end")
{
    std::set<JobState> seen{JobState::Pending};
    for (std::size_t before = 0; before != seen.size();) {
        before = seen.size();
        for (const JobState state : std::set<JobState>(seen))
            seen.insert(following(state).begin(), following(state).end());
    }
    CHECK(seen.size() == std::size_t(jobStates));
    for (int i = 0; i < jobStates; ++i)
        CHECK((isFinal(JobState(i)) || mayFollow(JobState(i), JobState::Failed)));
}

TEST_CASE("states have SageMaker's names and primary status")
{
    JobState state{};
    CHECK(stateOf("MaxWaitTimeExceeded", state));
    CHECK(state == JobState::MaxWaitTimeExceeded);
    CHECK_FALSE(stateOf("training", state));
    CHECK(primaryStatus(JobState::Interrupted) == "InProgress");
    CHECK(primaryStatus(JobState::MaxRuntimeExceeded) == "Stopped");
    CHECK(primaryStatus(JobState::Failed) == "Failed");
}

}
