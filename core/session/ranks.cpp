// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/ranks.h"

#include "core/session/tuning_worker.h"
#include "core/train/ranks/follower.h"

#include <cstdlib>

namespace core::session {

using base::Result;
using train::ranks::World;

namespace {

constexpr const char* tokenVariable = "DESCENT_RANK_TOKEN";

}

struct RankSet::Parts {
    Place place;
    std::vector<std::string> worker; ///< empty: the others are there
    double timeoutS = 10;
    std::shared_ptr<World> world;
    std::vector<TrialProcess> processes;
};

RankSet::RankSet() : m_parts(std::make_unique<Parts>()) {}
RankSet::~RankSet() = default;

std::shared_ptr<RankSet> RankSet::launch(std::vector<std::string> worker, std::int64_t size, double timeoutS)
{
    std::shared_ptr<RankSet> set(new RankSet);
    set->m_parts->place = {.size = size, .localSize = size, .starter = "launch"};
    set->m_parts->worker = std::move(worker);
    set->m_parts->timeoutS = timeoutS;
    return set;
}

std::shared_ptr<RankSet> RankSet::join(const Place& place, double timeoutS)
{
    std::shared_ptr<RankSet> set(new RankSet);
    set->m_parts->place = place;
    set->m_parts->timeoutS = timeoutS;
    return set;
}

Result<std::shared_ptr<World>> RankSet::meet(const std::filesystem::path& run)
{
    Parts& own = *m_parts;
    CORE_TRY(world, World::open(own.place, own.timeoutS));
    own.world = std::move(world);
    const Place& there = own.world->place();
    std::vector<std::string> command = own.worker;
    command.insert(command.end(), {"--timeout", std::to_string(own.timeoutS)});
    for (std::int64_t rank = 1; !own.worker.empty() && rank < there.size; ++rank) {
        const Environment environment{
            {"RANK", std::to_string(rank)},       {"WORLD_SIZE", std::to_string(there.size)},
            {"LOCAL_RANK", std::to_string(rank)}, {"LOCAL_WORLD_SIZE", std::to_string(there.size)},
            {"MASTER_ADDR", there.host},          {"MASTER_PORT", std::to_string(there.port)},
            {tokenVariable, there.token}};
        CORE_TRY(process, TrialProcess::start(command, run / ("rank-" + std::to_string(rank) + ".log"), environment));
        own.processes.push_back(std::move(process));
    }
    return own.world;
}

base::Array RankSet::told() const
{
    base::Array all;
    if (m_parts->world)
        for (const train::ranks::Member& member : m_parts->world->members())
            all.push_back(base::Object{{"rank", member.rank}, {"process", member.process}, {"host", member.host}});
    return all;
}

Result<std::optional<Place>> placeHere()
{
    CORE_TRY(place, train::ranks::placeIn([](const char* name) -> const char* { return std::getenv(name); }));
    if (const char* token = std::getenv(tokenVariable); place && token)
        place->token = token;
    return place;
}

base::Status followRanks(const Place& place, double timeoutS)
{
    CORE_TRY(world, World::open(place, timeoutS));
    return train::ranks::follow(world);
}

}
