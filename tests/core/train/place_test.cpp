// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/train/ranks/place.h"

#include <map>

namespace tests::places {

using namespace core;
using train::ranks::Place;

std::optional<Place> placeFrom(std::map<std::string, std::string> variables, std::string* problem = nullptr)
{
    const auto place = train::ranks::placeIn([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
    if (!place) {
        REQUIRE(problem);
        *problem = base::describe(place.error());
        return {};
    }
    return *place;
}

TEST_CASE("a process learns its rank from whoever started it")
{
    CHECK_FALSE(placeFrom({}));
    CHECK_FALSE(placeFrom({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
    const auto torchrun = placeFrom({{"RANK", "3"},
                                     {"WORLD_SIZE", "4"},
                                     {"LOCAL_RANK", "1"},
                                     {"LOCAL_WORLD_SIZE", "2"},
                                     {"MASTER_ADDR", "10.0.0.7"},
                                     {"MASTER_PORT", "29401"},
                                     {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
    REQUIRE(torchrun);
    CHECK(torchrun->starter == "torchrun");
    CHECK(torchrun->rank == 3);
    CHECK(torchrun->size == 4);
    CHECK(torchrun->localRank == 1);
    CHECK(torchrun->localSize == 2);
    CHECK(torchrun->host == "10.0.0.7");
    CHECK(torchrun->port == 29401);
    CHECK(torchrun->storeIsThere);
    CHECK_FALSE(torchrun->local());
    // Names that somebody set by hand, for a process whose output is its own.
    CHECK_FALSE(torchrun->oneOutput);
    CHECK(placeFrom({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "29401"}, {"TORCHELASTIC_RUN_ID", "a"}})
              ->oneOutput);
    const auto slurm = placeFrom({{"SLURM_PROCID", "1"},
                                  {"SLURM_NTASKS", "2"},
                                  {"SLURM_STEP_ID", "0"},
                                  {"SLURM_LOCALID", "1"},
                                  {"SLURM_JOB_ID", "1234"},
                                  {"SLURM_STEP_NUM_NODES", "1"}});
    REQUIRE(slurm);
    CHECK(slurm->starter == "Slurm");
    CHECK(slurm->oneOutput);
    CHECK(slurm->rank == 1);
    CHECK(slurm->port == 16234);
    CHECK(slurm->local());
    const auto nodes = [&](const char* list, const char* node) {
        const auto place = placeFrom({{"SLURM_PROCID", "6"},
                                      {"SLURM_NTASKS", "8"},
                                      {"SLURM_STEP_ID", "0"},
                                      {"SLURM_LOCALID", "0"},
                                      {"SLURM_NODEID", node},
                                      {"SLURM_STEP_TASKS_PER_NODE", list},
                                      {"SLURM_JOB_ID", "1"},
                                      {"SLURM_LAUNCH_NODE_IPADDR", "10.0.0.7"},
                                      {"SLURM_STEP_NUM_NODES", "4"}});
        REQUIRE(place);
        return place->localSize;
    };
    CHECK(nodes("2(x3),1,1", "0") == 2);
    CHECK(nodes("2(x3),1,1", "2") == 2);
    CHECK(nodes("2(x3),1,1", "3") == 1);
    CHECK(nodes("3,5", "1") == 5);
    for (const char* damaged : {"", "x", "2(x", "2(x3", "0", "2(x0),1", "2,,1"})
        CHECK(nodes(damaged, "3") == 8);
    // A batch script bears the job's tasks, but is one process.
    CHECK_FALSE(placeFrom({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}, {"SLURM_JOB_ID", "1234"}}));
    const auto mpi = placeFrom({{"OMPI_COMM_WORLD_RANK", "0"},
                                {"OMPI_COMM_WORLD_SIZE", "2"},
                                {"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
                                {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
    REQUIRE(mpi);
    CHECK(mpi->starter == "Open MPI");
    // Without a token of their job the first rank would draw one that the others do not know.
    CHECK_FALSE(mpi->token.empty());
    CHECK(mpi->port == 29500);
    CHECK(mpi->oneOutput);
    std::string problem;
    placeFrom({{"RANK", "4"}, {"WORLD_SIZE", "4"}}, &problem);
    CHECK(problem.find("RANK") != std::string::npos);
    CHECK(problem.find("from 0 to 3") != std::string::npos);
}

}
