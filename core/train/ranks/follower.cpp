// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/follower.h"

#include "core/base/thread_name.h"
#include "core/base/thrown.h"
#include "core/train/engine.h"

#include <algorithm>
#include <utility>

namespace core::train::ranks {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;

Order training(const Value& resolved, const std::string& device, const store::Checkpoint* from, std::int64_t threads)
{
    Object what{{"do", "train"}, {"spec", resolved}, {"device", device}, {"threads", threads}};
    if (!from)
        return {what};
    what.set("step", from->step);
    what.set("state", from->state);
    return {what, from->tensors};
}

Order loading(const store::Checkpoint& checkpoint)
{
    return {Object{{"do", "load"}, {"step", checkpoint.step}, {"state", checkpoint.state}}, checkpoint.tensors};
}

Order editing(const std::string& path, const Value& value)
{
    return {Object{{"do", "edit"}, {"path", path}, {"value", value}}};
}

Order observing(const std::vector<std::pair<std::string, double>>& values)
{
    Array list;
    for (const auto& [name, value] : values)
        list.push_back(Array{name, std::isfinite(value) ? Value(value) : Value(std::to_string(value))});
    return {Object{{"do", "observe"}, {"values", std::move(list)}}};
}

Order passing(const std::string& split)
{
    return {Object{{"do", "pass"}, {"split", split}}};
}

Order goingBack(std::int64_t step)
{
    return {Object{{"do", "go_back"}, {"step", step}}};
}

Order taking(std::vector<base::Blob> tensors)
{
    return {Object{{"do", "take"}}, std::move(tensors)};
}

Order gathering(bool all)
{
    return {Object{{"do", "gather"}, {"all", all}}};
}

Order comparing()
{
    return {Object{{"do", "compare"}}};
}

Order ending()
{
    return {Object{{"do", "end"}}};
}

void compareReplicas(World& world, const Engine& engine)
{
    // Stages of a pipeline hold their own weights, and no others; other seeds are a mistake on purpose, which a rule
    // tells of.
    const spec::DistributedSpec& how = engine.experiment().distributed;
    if (how.strategy == "pipeline" || !how.sameSeed)
        return;
    // Batch norm's statistics are each rank's own where nothing synchronises them; rank 0's are kept.
    std::vector<std::uint32_t> own;
    const std::vector<tensor::NamedTensor> weights = engine.learner().weights();
    const std::vector<std::uint32_t> all = engine.tensorDigests();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (how.syncBatchnorm || weights[i].tensor.requires_grad())
            own.push_back(all[i]);
    world.at(engine.step());
    if (const std::int64_t rank = compare(world, own).other(); rank >= 0)
        throw base::Thrown(world.differsAt(rank));
}

namespace {

double numberOf(const Value& value)
{
    return value.isText() ? std::strtod(value.text().c_str(), nullptr) : value.toReal();
}

base::Result<std::unique_ptr<Engine>> begin(const Order& order, const std::shared_ptr<World>& world)
{
    const Value& state = order.what["state"];
    const store::Checkpoint from{order.what["step"].toInt(), state, order.tensors};
    return Engine::make(order.what["spec"], order.what["device"].text(), state.isNull() ? nullptr : &from,
                        order.what["threads"].toInt(), world);
}

Status obeyOrder(Engine& engine, World& world, const Order& order)
{
    const std::string kind = order.what["do"].text();
    if (kind == "load")
        return engine.load({order.what["step"].toInt(), order.what["state"], order.tensors});
    if (kind == "edit") {
        CORE_CHECK(engine.edit(order.what["path"].text(), order.what["value"]));
    } else if (kind == "observe") {
        std::vector<std::pair<std::string, double>> values;
        for (const Value& each : order.what["values"].array())
            values.emplace_back(each.array()[0].text(), numberOf(each.array()[1]));
        engine.observe(values);
    } else if (kind == "pass") {
        engine.passFor(order.what["split"].text());
    } else if (kind == "go_back") {
        engine.goBack(order.what["step"].toInt());
    } else if (kind == "gather") {
        // They send it to rank 0.
        if (order.what["all"].toBool())
            (void)engine.learner().state();
        else
            (void)engine.learner().weights();
    } else if (kind == "compare") {
        compareReplicas(world, engine);
    } else if (kind == "take") {
        return engine.learner().load(order.tensors, "rank 0", false);
    }
    return {};
}

Status obeyAll(const std::shared_ptr<World>& world)
{
    Order order = world->hear();
    if (order.what["do"].text() != "train")
        return {};
    CORE_TRY(engine, begin(order, world));
    for (order = world->hear(); order.what.isNull() || order.what["do"].text() != "end"; order = world->hear())
        if (order.what.isNull())
            engine->advance();
        else
            CORE_CHECK(obeyOrder(*engine, *world, order));
    return {};
}

// Until this world ends, or a rank of it is lost.
Status followIn(const std::shared_ptr<World>& world)
{
    Status status = world->meet();
    if (status)
        try {
            status = obeyAll(world);
        } catch (const base::Thrown& failure) {
            status = failure.error();
        } catch (const std::bad_alloc&) {
            status = Error{ErrorKind::Resource, "not enough memory", "rank " + std::to_string(world->rank()),
                           "Try a smaller batch_size, or fewer ranks"};
        } catch (const std::exception& failure) {
            const std::string what = failure.what();
            status = Error{ErrorKind::Run, what.substr(0, what.find('\n')), "training", {}};
        }
    if (!status)
        world->tellTrouble(status.error());
    return status;
}

}

Status follow(const std::shared_ptr<World>& first)
{
    std::shared_ptr<World> world = first;
    for (;;) {
        Status status = followIn(world);
        world->leave();
        std::shared_ptr<World> next = !status && world->lost() ? world->next() : nullptr;
        if (!next)
            return status;
        world = std::move(next);
    }
}

Crew::Crew(std::int64_t size, double timeoutS)
{
    std::vector<std::shared_ptr<World>> worlds = *World::ofThreads(size, timeoutS);
    m_world = worlds.front();
    for (std::size_t rank = 1; rank < worlds.size(); ++rank)
        add(worlds[rank]);
    knowWhoEnds();
}

void Crew::add(const std::shared_ptr<World>& world)
{
    auto member = std::make_shared<Member>();
    m_ranks.push_back(member);
    member->thread = std::jthread([world, &ended = member->ended] {
        base::nameThread("rank-" + std::to_string(world->rank()));
        // What went wrong was told to rank 0.
        (void)follow(world);
        ended = true;
    });
}

void Crew::knowWhoEnds()
{
    m_world->askWhoIsGone([ranks = m_ranks](std::int64_t rank) { return bool(ranks[std::size_t(rank) - 1]->ended); });
}

void Crew::gatherAgain(bool replace)
{
    World::Regrouped after = m_world->regroup(replace);
    const auto before = std::exchange(m_ranks, {});
    m_world = after.world;
    for (std::size_t rank = 1; rank < after.was.size(); ++rank)
        if (after.was[rank] > 0)
            m_ranks.push_back(before[std::size_t(after.was[rank]) - 1]);
        else
            add(m_world->beside(std::int64_t(rank)));
    for (const auto& member : before)
        if (std::ranges::find(m_ranks, member) == m_ranks.end())
            m_gone.push_back(member);
    knowWhoEnds();
}

Crew::~Crew()
{
    // After a loss they wait for what this one decides.
    m_world->leave();
}

namespace {

struct HeldCrew {
    Crew crew;

    HeldCrew(std::int64_t size, double timeoutS) : crew(size, timeoutS) {}
    ~HeldCrew()
    {
        if (crew.world()->left())
            return;
        try {
            crew.world()->tell(ending());
        } catch (const base::Thrown&) {
            // Whoever is gone needs no telling.
        }
    }
};

}

base::Result<std::shared_ptr<World>> worldOfThreads(std::int64_t size, double timeoutS)
{
    const auto held = std::make_shared<HeldCrew>(size, timeoutS);
    CORE_CHECK(held->crew.world()->meet());
    return std::shared_ptr<World>(held, held->crew.world().get());
}

}
