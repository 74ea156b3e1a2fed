// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/place.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace core::train::ranks {

using base::Error;
using base::ErrorKind;
using base::Result;

namespace {

constexpr int usualPort = 29500; // torchrun's

Result<std::int64_t> numberIn(const Environment& environment, const char* name, std::int64_t least, std::int64_t most)
{
    const char* text = environment(name);
    std::int64_t number = 0;
    const char* end = text ? text + std::strlen(text) : nullptr;
    const auto read = std::from_chars(text, end, number);
    if (!text || read.ec != std::errc{} || read.ptr != end || number < least || number > most)
        return Error{ErrorKind::Usage, text ? "is \"" + std::string(text) + "\"" : "is not set", name,
                     "A whole number from " + std::to_string(least) + " to " + std::to_string(most)};
    return number;
}

std::string textIn(const Environment& environment, const char* name)
{
    const char* text = environment(name);
    return text ? text : "";
}

// `several`: the variable that says how many there are, and the others beside it.
Result<std::optional<Place>> placeBy(const Environment& environment, const char* starter, const char* rank,
                                     const char* size, const char* localRank, const char* localSize)
{
    constexpr std::int64_t mostRanks = 1 << 20;
    CORE_TRY(ranks, numberIn(environment, size, 1, mostRanks));
    if (ranks == 1)
        return std::optional<Place>();
    Place place;
    place.starter = starter;
    place.size = ranks;
    CORE_TRY(own, numberIn(environment, rank, 0, ranks - 1));
    place.rank = own;
    place.localRank = own;
    place.localSize = ranks;
    if (environment(localRank)) {
        CORE_TRY(local, numberIn(environment, localRank, 0, ranks - 1));
        place.localRank = local;
    }
    if (environment(localSize) && numberIn(environment, localSize, 1, ranks))
        place.localSize = *numberIn(environment, localSize, 1, ranks);
    place.port = usualPort;
    if (environment("MASTER_PORT")) {
        CORE_TRY(port, numberIn(environment, "MASTER_PORT", 1, 65535));
        place.port = int(port);
    }
    if (const std::string host = textIn(environment, "MASTER_ADDR"); !host.empty())
        place.host = host;
    return std::optional<Place>(place);
}

// Of a list such as "2(x3),1" (two on each of three nodes, one on the next) what stands for a node; nothing where the
// list is no such list or ends before it.
std::optional<std::int64_t> tasksOfNode(std::string_view list, std::int64_t node)
{
    while (!list.empty()) {
        const std::string_view part = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), part.size() + 1));
        std::int64_t tasks = 0, nodes = 1;
        const char* end = part.data() + part.size();
        const auto read = std::from_chars(part.data(), end, tasks);
        if (read.ec != std::errc{} || tasks < 1)
            return {};
        const std::string_view times(read.ptr, end);
        if (!times.empty()) {
            const bool marked = times.starts_with("(x") && times.ends_with(")");
            if (!marked || std::from_chars(times.data() + 2, end - 1, nodes).ptr != end - 1 || nodes < 1)
                return {};
        }
        if (node < nodes)
            return tasks;
        node -= nodes;
    }
    return {};
}

}

bool Place::local() const
{
    return host == "localhost" || host.starts_with("127.") || host == "::1";
}

Result<std::optional<Place>> placeIn(const Environment& environment)
{
    if (environment("RANK") && environment("WORLD_SIZE")) {
        CORE_TRY(place, placeBy(environment, "torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"));
        if (place) {
            place->storeIsThere = textIn(environment, "TORCHELASTIC_USE_AGENT_STORE") == "True";
            place->token =
                textIn(environment, "TORCHELASTIC_RUN_ID") + "/" + textIn(environment, "TORCHELASTIC_RESTART_COUNT");
            // Without it the names were set by hand, for a process whose output is its own.
            place->oneOutput = !textIn(environment, "TORCHELASTIC_RUN_ID").empty();
        }
        return place;
    }
    if (environment("OMPI_COMM_WORLD_RANK") && environment("OMPI_COMM_WORLD_SIZE")) {
        CORE_TRY(place, placeBy(environment, "Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                                "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"));
        if (place && !environment("MASTER_ADDR") && place->localSize < place->size)
            return Error{ErrorKind::Usage, "is not set, and the ranks stand on several machines", "MASTER_ADDR",
                         "The address of rank 0's machine: mpirun -x MASTER_ADDR=… -x MASTER_PORT=…"};
        // All ranks know their job by the same name, and two jobs do not.
        if (place) {
            place->token = "mpi/" + textIn(environment, "PMIX_NAMESPACE");
            place->oneOutput = true;
        }
        return place;
    }
    // A batch script bears these too, but no step: there is one of it, however many tasks the job may start.
    if (environment("SLURM_PROCID") && environment("SLURM_NTASKS") && environment("SLURM_STEP_ID") &&
        textIn(environment, "SLURM_STEP_ID") != "4294967291") {
        const char* size = environment("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
        CORE_TRY(place, placeBy(environment, "Slurm", "SLURM_PROCID", size, "SLURM_LOCALID", "SLURM_NTASKS_PER_NODE"));
        if (!place)
            return place;
        place->oneOutput = true;
        const char* list =
            environment("SLURM_STEP_TASKS_PER_NODE") ? "SLURM_STEP_TASKS_PER_NODE" : "SLURM_TASKS_PER_NODE";
        if (const auto node = numberIn(environment, "SLURM_NODEID", 0, place->size - 1))
            if (const auto tasks = tasksOfNode(textIn(environment, list), *node))
                place->localSize = std::min(*tasks, place->size);
        const std::string nodes =
            textIn(environment, environment("SLURM_STEP_NUM_NODES") ? "SLURM_STEP_NUM_NODES" : "SLURM_JOB_NUM_NODES");
        const std::string first = textIn(environment, "SLURM_LAUNCH_NODE_IPADDR");
        if (!environment("MASTER_ADDR") && nodes != "1" && !nodes.empty()) {
            if (first.empty())
                return Error{ErrorKind::Usage, "is not set, and the ranks stand on " + nodes + " machines",
                             "MASTER_ADDR", "The address of the first machine of the job"};
            place->host = first;
        }
        // Jobs of one machine must not meet each other.
        const std::string job = textIn(environment, "SLURM_JOB_ID");
        std::int64_t number = 0;
        std::from_chars(job.data(), job.data() + job.size(), number);
        if (!environment("MASTER_PORT"))
            place->port = 15000 + int(number % 10000);
        place->token = job + "." + textIn(environment, "SLURM_STEP_ID");
        return place;
    }
    return std::optional<Place>();
}

}
