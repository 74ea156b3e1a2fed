// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/follower.h"

#include "core/base/thread_name.h"
#include "core/base/thrown.h"
#include "core/train/engine.h"

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

Order ending()
{
    return {Object{{"do", "end"}}};
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

Status obeyOrder(Engine& engine, const Order& order)
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
    } else if (kind == "go_back") {
        engine.goBack(order.what["step"].toInt());
    } else if (kind == "gather") {
        // They send it to rank 0.
        if (order.what["all"].toBool())
            (void)engine.learner().state();
        else
            (void)engine.learner().weights();
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
            CORE_CHECK(obeyOrder(*engine, order));
    return {};
}

}

Status follow(const std::shared_ptr<World>& world)
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
    world->leave();
    return status;
}

Crew::Crew(std::int64_t size, double timeoutS)
{
    std::vector<std::shared_ptr<World>> worlds = *World::ofThreads(size, timeoutS);
    m_world = worlds.front();
    for (std::size_t rank = 1; rank < worlds.size(); ++rank)
        m_threads.emplace_back([world = worlds[rank]] {
            base::nameThread("rank-" + std::to_string(world->rank()));
            // What went wrong was told to rank 0.
            (void)follow(world);
        });
}

Crew::~Crew()
{
    if (!m_world->left())
        m_world->leave();
}

}
