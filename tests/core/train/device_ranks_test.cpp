// SPDX-License-Identifier: GPL-3.0-or-later
// What ranks on GPUs send directly from device to device (NCCL), here between processors: the same paths, over a Gloo
// of their own.
#include "tests/support/golden.h"

#include "core/store/checkpoint.h"
#include "core/train/ranks/c10d.h"
#include "core/train/ranks/follower.h"
#include "core/train/ranks/gpus.h"
#include "tests/support/sessions.h"

#include <atomic>
#include <thread>

namespace tests::devices_of_ranks {

using namespace core;
using base::Value;
using train::ranks::World;

struct Counts {
    std::atomic<int> sums = 0, shares = 0, sent = 0, received = 0, ended = 0, broken = 0;
};

// As NCCL's: whoever asks learns when it is done. Gloo's of sends and receives does not say before somebody waits.
class Telling final : public c10d::Work {
public:
    explicit Telling(c10::intrusive_ptr<c10d::Work> inner) : m_inner(std::move(inner)) {}
    bool isCompleted() override { return wait(std::chrono::minutes(1)); }
    bool wait(std::chrono::milliseconds most) override
    {
        if (!m_done)
            m_done = m_inner->wait(most);
        return m_done;
    }

private:
    c10::intrusive_ptr<c10d::Work> m_inner;
    bool m_done = false;
};

// Gloo in NCCL's place.
class Standing final : public c10d::ProcessGroupGloo {
public:
    Standing(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, std::chrono::milliseconds timeout,
             Counts& counts)
        : ProcessGroupGloo(store, rank, size, options(timeout)),
          m_counts(counts)
    {
    }
    c10::intrusive_ptr<c10d::Work> allreduce(std::vector<at::Tensor>& values,
                                             const c10d::AllreduceOptions& how) override
    {
        ++m_counts.sums;
        return ProcessGroupGloo::allreduce(values, how);
    }
    c10::intrusive_ptr<c10d::Work> broadcast(std::vector<at::Tensor>& values,
                                             const c10d::BroadcastOptions& how) override
    {
        ++m_counts.shares;
        return ProcessGroupGloo::broadcast(values, how);
    }
    c10::intrusive_ptr<c10d::Work> send(std::vector<at::Tensor>& values, int to, int tag) override
    {
        ++m_counts.sent;
        return c10::make_intrusive<Telling>(ProcessGroupGloo::send(values, to, tag));
    }
    c10::intrusive_ptr<c10d::Work> recv(std::vector<at::Tensor>& values, int from, int tag) override
    {
        ++m_counts.received;
        return c10::make_intrusive<Telling>(ProcessGroupGloo::recv(values, from, tag));
    }
    void shutdown() override { ++m_counts.ended; }
    void abort() override { ++m_counts.broken; }

private:
    static c10::intrusive_ptr<Options> options(std::chrono::milliseconds timeout)
    {
        auto all = Options::create(timeout);
        all->devices.push_back(createDeviceForHostname("127.0.0.1"));
        return all;
    }
    Counts& m_counts;
};

std::vector<std::shared_ptr<World>> worldsOf(std::int64_t size, Counts* counts)
{
    auto worlds = World::ofThreads(size, 10);
    REQUIRE(worlds);
    if (counts)
        for (const auto& world : *worlds)
            world->parts().direct = train::ranks::Direct{
                c10::kCPU,
                [counts](const auto& store, int rank, int count, std::chrono::milliseconds timeout) {
                    return c10::make_intrusive<Standing>(store, rank, count, timeout, *counts);
                },
                {},
                {},
                {}};
    return *worlds;
}

// The last checkpoint of a run whose ranks send directly where `counts` are given.
std::map<std::string, base::Blob> stateAfter(const Value& spec, Counts* counts = nullptr)
{
    const std::int64_t size = spec["distributed"]["world_size"].toInt();
    std::vector<std::jthread> others;
    const TempFolder folder;
    session::Options options{folder.path(), "cpu"};
    options.meet = [&](const std::filesystem::path&) -> base::Result<std::shared_ptr<World>> {
        const auto worlds = worldsOf(size, counts);
        for (std::size_t rank = 1; rank < worlds.size(); ++rank)
            others.emplace_back([world = worlds[rank]] { (void)train::ranks::follow(world); });
        return worlds[0];
    };
    auto run = Session::create(spec, options);
    REQUIRE(run);
    (*run)->start();
    const events::RunFinished end = (*run)->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == events::RunState::Completed);
    const auto checkpoint = store::newestWhole((*run)->folder() / "checkpoints");
    REQUIRE(checkpoint);
    std::map<std::string, base::Blob> state;
    for (const base::Blob& blob : checkpoint->tensors)
        state.emplace(blob.name, blob);
    return state;
}

Value ranked(const std::vector<std::pair<std::string, Value>>& settings, std::int64_t ranks = 2)
{
    Value spec = resolved(R"({"data": {"source": "two-moons", "rows": 160},
        "model": {"kind": "mlp", "hidden": [24, 16, 8], "norm": "batch", "dropout": 0.1},
        "train": {"epochs": 2, "batch_size": 16, "threads": 1, "seed": 4, "checkpoint": {"every_steps": 7},
                  "optimizer": {"kind": "adam", "lr": 0.003, "eps": 1e-3}}})");
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    REQUIRE(spec.setAt("distributed.world_size", ranks));
    for (const auto& [path, value] : settings)
        REQUIRE(spec.setAt(path, value));
    return spec;
}

TEST_CASE("what goes from device to device is what goes through the memory of a machine")
{
    const std::vector<std::vector<std::pair<std::string, Value>>> kinds{
        {},
        {{"distributed.shard_optimizer", true}},
        {{"distributed.compression", "fp16"}},
        {{"distributed.compression", "powersgd"}, {"distributed.shard_optimizer", true}},
        {{"distributed.strategy", "pipeline"}},
        {{"distributed.strategy", "pipeline"}, {"distributed.schedule", "gpipe"}}};
    for (const auto& settings : kinds) {
        const Value spec = ranked(settings);
        INFO(base::writeJson(spec["distributed"]));
        Counts counts;
        const auto direct = stateAfter(spec, &counts), staged = stateAfter(spec);
        REQUIRE_FALSE(direct.empty());
        REQUIRE(direct.size() == staged.size());
        for (const auto& [name, blob] : direct) {
            INFO(name);
            CHECK((blob.bytes == staged.at(name).bytes));
        }
        const bool pipeline = spec["distributed"]["strategy"].text() == "pipeline";
        CHECK(counts.sums > 0);
        if (pipeline)
            CHECK(counts.sent > 0);
        CHECK(counts.received == counts.sent);
        CHECK((counts.shares > 0));
        // Each rank ends each of its connections in order.
        CHECK(counts.ended == (pipeline ? 6 : 2));
        CHECK(counts.broken == 0);
    }
}

TEST_CASE("three stages send directly to their neighbours and the first")
{
    const Value spec = ranked({{"distributed.strategy", "pipeline"}, {"distributed.stages", base::Array{4, 4, 5}}}, 3);
    INFO(base::writeJson(spec["distributed"]));
    Counts counts;
    CHECK((stateAfter(spec, &counts) == stateAfter(spec)));
    CHECK(counts.sent > 0);
    CHECK(counts.ended == 9);
}

TEST_CASE("ranks that part for another reason than the end break their connections off")
{
    Counts counts;
    const auto worlds = worldsOf(2, &counts);
    spec::DistributedSpec how;
    how.strategy = "pipeline";
    const auto come = [&](std::size_t rank) {
        return worlds[rank]->meet() && train::ranks::goDirectly(*worlds[rank], how);
    };
    {
        std::jthread other([&] { CHECK(come(1)); });
        CHECK(come(0));
    }
    worlds[0]->leave();
    worlds[1]->leave();
    CHECK(counts.broken == 6);
    CHECK(counts.ended == 0);
}

TEST_CASE("tensors of several types and shapes go in one message from device to device")
{
    Counts counts;
    const auto worlds = worldsOf(2, &counts);
    const auto tensorsOf = [](double value) {
        return std::vector<at::Tensor>{tensor::zeros({3, 2}).fill_(value), tensor::zeros({1}, at::kByte).fill_(value),
                                       tensor::zeros({}, at::kDouble).fill_(value), tensor::zeros({0}),
                                       tensor::zeros({2, 3, 2, 2}).to(at::MemoryFormat::ChannelsLast).fill_(value)};
    };
    const std::vector<at::Tensor> theirs = tensorsOf(7);
    theirs[4].copy_(tensorOf(wave(24, 0.3), {2, 3, 2, 2}, at::kFloat));
    std::vector<at::Tensor> own = tensorsOf(1);
    const auto come = [&](std::size_t rank, const std::vector<at::Tensor>& tensors) {
        if (worlds[rank]->meet() && train::ranks::goDirectly(*worlds[rank], {}))
            worlds[rank]->shareFrom(1, tensors);
    };
    {
        std::jthread other([&] { come(1, theirs); });
        come(0, own);
    }
    for (std::size_t i = 0; i < own.size(); ++i)
        CHECK(own[i].equal(theirs[i]));
    CHECK(own[4].is_contiguous(at::MemoryFormat::ChannelsLast));
    CHECK(counts.shares == 2);
    worlds[0]->leave();
    worlds[1]->leave();
}

}
