// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/ranks.h"

#include "core/base/thread_name.h"
#include "core/session/tuning_worker.h"
#include "core/train/ranks/follower.h"

#include <cstdlib>
#include <map>
#include <thread>

namespace core::session {

using base::Result;
using train::ranks::World;

namespace {

constexpr const char* tokenVariable = "DESCENT_RANK_TOKEN";

}

struct RankSet::Parts {
    Place place;
    std::vector<std::string> worker; ///< empty: the others are there
    double timeoutS = 10, startS = usualStartS;
    bool replace = false;
    std::shared_ptr<World> world;
    std::map<std::int64_t, TrialProcess> processes; ///< by rank

    base::Status start(std::int64_t rank, const std::filesystem::path& run)
    {
        const Place& there = world->place();
        std::vector<std::string> command = worker;
        command.insert(command.end(),
                       {"--timeout", std::to_string(timeoutS), "--start-timeout", std::to_string(startS)});
        const Environment environment{
            {"RANK", std::to_string(rank)},       {"WORLD_SIZE", std::to_string(there.size)},
            {"LOCAL_RANK", std::to_string(rank)}, {"LOCAL_WORLD_SIZE", std::to_string(there.size)},
            {"MASTER_ADDR", there.host},          {"MASTER_PORT", std::to_string(there.port)},
            {tokenVariable, there.token}};
        CORE_TRY(process, TrialProcess::start(command, run / ("rank-" + std::to_string(rank) + ".log"), environment));
        processes.insert_or_assign(rank, std::move(process));
        return {};
    }

    // A pipe that closes tells at once that its process has ended.
    void knowWhoEnds()
    {
        if (!worker.empty())
            world->askWhoIsGone([this](std::int64_t rank) {
                const auto found = processes.find(rank);
                if (found == processes.end())
                    return false;
                (void)found->second.told();
                return found->second.closed();
            });
    }
};

RankSet::RankSet() : m_parts(std::make_unique<Parts>()) {}
RankSet::~RankSet() = default;

std::shared_ptr<RankSet> RankSet::launch(std::vector<std::string> worker, std::int64_t size, double timeoutS,
                                         double startS, bool replace)
{
    std::shared_ptr<RankSet> set(new RankSet);
    set->m_parts->place = {.size = size, .localSize = size, .starter = "launch"};
    set->m_parts->worker = std::move(worker);
    set->m_parts->timeoutS = timeoutS;
    set->m_parts->startS = startS;
    set->m_parts->replace = replace;
    return set;
}

std::shared_ptr<RankSet> RankSet::join(const Place& place, double timeoutS, double startS, bool replace)
{
    std::shared_ptr<RankSet> set(new RankSet);
    set->m_parts->place = place;
    set->m_parts->timeoutS = timeoutS;
    set->m_parts->startS = startS;
    set->m_parts->replace = replace;
    return set;
}

Result<std::shared_ptr<World>> RankSet::meet(const std::filesystem::path& run)
{
    Parts& own = *m_parts;
    std::vector<std::int64_t> missing;
    if (!own.world) {
        CORE_TRY(world, World::open(own.place, own.timeoutS, own.startS));
        own.world = std::move(world);
        for (std::int64_t rank = 1; !own.worker.empty() && rank < own.world->size(); ++rank)
            missing.push_back(rank);
    } else if (own.worker.empty() && own.replace) {
        own.world->leave();
        return base::Error{base::ErrorKind::Run, "nobody here can start a new rank", "distributed.on_failure",
                           "Start all ranks again with --resume auto, as torchrun --max-restarts does by itself"};
    } else {
        World::Regrouped after = own.world->regroup(own.replace);
        own.world = std::move(after.world);
        std::map<std::int64_t, TrialProcess> before;
        before.swap(own.processes);
        for (std::size_t rank = 1; rank < after.was.size(); ++rank)
            if (const auto found = before.find(after.was[rank]); found != before.end())
                own.processes.emplace(rank, std::move(found->second));
            else if (!own.worker.empty())
                missing.push_back(std::int64_t(rank));
        // One that hangs is killed here.
    }
    own.knowWhoEnds();
    for (const std::int64_t rank : missing)
        CORE_CHECK(own.start(rank, run));
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

base::Status followRanks(const Place& place, double timeoutS, double startS)
{
    CORE_TRY(world, World::open(place, timeoutS, startS));
    // In a thread, as rank 0 trains: the heap of a process's first thread is slower at what a step asks of it.
    base::Status status;
    std::thread([&status, &world] {
        base::nameThread("rank-" + std::to_string(world->rank()));
        status = train::ranks::follow(world);
    }).join();
    return status;
}

}
