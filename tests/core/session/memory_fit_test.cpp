// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/dataset.h"
#include "core/session/memory_fit.h"
#include "core/session/session.h"
#include "core/tensor/memory.h"
#include "core/train/network_size.h"
#include "tests/support/sessions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tests::memory_fit {

using train::NetworkUse;

namespace {

// Much of it are activations of many layers, so that stages help.
const std::string deep = R"({"data": {"source": "two-moons", "rows": 3000}, "train": {"epochs": 1, "batch_size": 1024},
    "model": {"kind": "mlp", "hidden": [512, 512, 512, 512, 512, 512]}})";

}

TEST_CASE("what fits needs no stages")
{
    const auto fit = session::memoryFit(resolved(deep), std::uint64_t(1) << 40);
    REQUIRE(fit);
    CHECK(fit->fits());
    CHECK(fit->stageBytes.empty());
    CHECK(fit->text().starts_with("fits: about "));
    // Weights, gradients and two moments of five matrices of 512 by 512, at least.
    CHECK(fit->bytes > 16u * 5 * 512 * 512);
}

TEST_CASE("what does not fit is given the fewest stages with which the largest does")
{
    const auto whole = session::memoryFit(resolved(deep), std::uint64_t(1) << 40);
    REQUIRE(whole);
    std::int64_t before = 1;
    for (const double share : {0.8, 0.3, 0.2}) {
        const auto available = std::uint64_t(share * double(whole->bytes));
        const auto fit = session::memoryFit(resolved(deep), available);
        REQUIRE(fit);
        INFO(share << ": " << fit->text());
        CHECK_FALSE(fit->fits());
        REQUIRE(fit->stages >= before);
        before = fit->stages;
        CHECK(fit->blocks.size() == std::size_t(fit->stages));
        REQUIRE(fit->stageBytes.size() == std::size_t(fit->stages));
        CHECK(*std::ranges::max_element(fit->stageBytes) <= available);
        const auto preview = session::previewModel(resolved(deep));
        REQUIRE(preview);
        CHECK(std::reduce(fit->blocks.begin(), fit->blocks.end()) == std::int64_t(preview->layers.size()));
        CHECK(fit->text().find("a pipeline of " + std::to_string(fit->stages) + " stages") != std::string::npos);
    }
    CHECK(before > 2);
}

TEST_CASE("where no number of stages is enough, that is said")
{
    const auto fit = session::memoryFit(resolved(deep), 1 << 20);
    REQUIRE(fit);
    CHECK(fit->stages == 0);
    CHECK_FALSE(fit->fits());
    CHECK(fit->text().find("try a smaller batch_size") != std::string::npos);
    // Trees have no layers to divide.
    base::Value trees = resolved(deep);
    REQUIRE(trees.setAt("model", base::Object{{"kind", "xgboost"}}));
    const auto rounds = session::memoryFit(resolved(base::writeJson(trees)), 1);
    REQUIRE(rounds);
    CHECK_FALSE(rounds->fits());
    CHECK(rounds->stageBytes.empty());
}

TEST_CASE("one forward, one backward keeps fewer activations than all forward first")
{
    const auto of = [](const std::string& schedule) {
        base::Value spec = resolved(deep);
        REQUIRE(spec.setAt("distributed.schedule", schedule));
        REQUIRE(spec.setAt("distributed.micro_batches", 16));
        const auto fit = session::memoryFit(spec, 1 << 20);
        REQUIRE(fit);
        return *std::ranges::max_element(fit->stageBytes);
    };
    CHECK(of("1f1b") < of("gpipe"));
}

TEST_CASE("ranks that fit each but not together are told how many would")
{
    base::Value spec = resolved(deep);
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    REQUIRE(spec.setAt("distributed.world_size", 4));
    const auto alone = session::memoryFit(resolved(deep), std::uint64_t(1) << 40);
    REQUIRE(alone);
    const auto roomy = session::memoryFit(spec, 4 * alone->bytes);
    REQUIRE(roomy);
    CHECK(roomy->fits());
    CHECK(roomy->ranks == 4);
    CHECK(roomy->together == 4 * alone->bytes);
    CHECK(roomy->text().starts_with("fits: 4 ranks take about "));
    const auto tight = session::memoryFit(spec, 4 * alone->bytes - 1);
    REQUIRE(tight);
    CHECK_FALSE(tight->fits());
    CHECK(tight->stages == 1); // each alone would do
    CHECK(tight->mostRanks() == 3);
    CHECK(tight->text().find("at most 3 would, or more with a smaller batch_size, or as stages") != std::string::npos);
    // Stages keep all weights, and of the rest their own.
    REQUIRE(spec.setAt("distributed.strategy", "pipeline"));
    const auto stages = session::memoryFit(spec, 4 * alone->bytes);
    REQUIRE(stages);
    REQUIRE(stages->stageBytes.size() == 4);
    CHECK(stages->together == std::reduce(stages->stageBytes.begin(), stages->stageBytes.end()));
    CHECK(stages->together > alone->bytes);
    CHECK(stages->together < roomy->together);
    CHECK_FALSE(session::memoryFit(spec, stages->together - 1)->fits());
    CHECK(session::memoryFit(spec, stages->together)->fits());
}

// What is refused, beside what is estimated.
namespace {

data::DatasetInfo twoMoons(const base::Value& spec)
{
    const auto module = data::DataModule::open(spec::read(spec), false);
    REQUIRE(module);
    return module->info();
}

std::string mlp(const std::string& hidden, const std::string& more = {})
{
    return R"({"data": {"source": "two-moons", "rows": 60}, "model": {"kind": "mlp", "hidden": )" + hidden +
           R"(}, "train": {"steps": 1)" + more + "}}";
}

double bytesOf(const std::string& experiment, NetworkUse use)
{
    const base::Value spec = resolved(experiment);
    return train::leastBytes(spec::read(spec), twoMoons(spec), use).all;
}

// Two features, 2 classes, one hidden layer.
constexpr double weights(double hidden)
{
    return 4 * (3 * hidden + 2 * (hidden + 1));
}

}

TEST_CASE("the least that a network takes is counted from its shapes and its optimizer")
{
    CHECK(bytesOf(mlp("[1000]"), NetworkUse::Held) == weights(1000));
    CHECK(bytesOf(mlp("[1000]", R"(, "optimizer": "adam")"), NetworkUse::Learns) == 4 * weights(1000));
    // Its buffer is there without momentum too, which may be set while it trains.
    CHECK(bytesOf(mlp("[1000]", R"(, "optimizer": "sgd")"), NetworkUse::Learns) == 3 * weights(1000));
    CHECK(bytesOf(mlp("[1000]", R"(, "optimizer": "adafactor")"), NetworkUse::Learns) == 2 * weights(1000));
}

TEST_CASE("of frozen weights there are neither gradients nor moments")
{
    const std::string frozen = R"({"data": {"source": "two-moons", "rows": 60},
        "model": {"kind": "mlp", "hidden": [1000], "freeze": "backbone"}, "train": {"steps": 1, "optimizer": "adam"}})";
    CHECK(bytesOf(frozen, NetworkUse::Learns) == weights(1000) + 3 * 4 * 2 * 1001);
}

TEST_CASE("trees are no network")
{
    const std::string trees = R"({"data": {"source": "two-moons", "rows": 60}, "model": "xgboost"})";
    CHECK(bytesOf(trees, NetworkUse::Learns) == 0);
}

TEST_CASE("what fits to the byte is not refused, and a byte less is")
{
    const base::Value spec = resolved(mlp("[2000, 2000]"));
    const spec::Experiment experiment = spec::read(spec);
    const data::DatasetInfo info = twoMoons(spec);
    const auto need = std::uint64_t(train::leastBytes(experiment, info, NetworkUse::Learns).all);
    CHECK(train::fitsMemory(experiment, info, NetworkUse::Learns, need));
    CHECK_FALSE(train::fitsMemory(experiment, info, NetworkUse::Learns, need - 1));
    CHECK(train::fitsMemory(experiment, info, NetworkUse::Held, need - 1));
}

TEST_CASE("ranks of a machine are refused together to the byte, with how many would fit")
{
    base::Value spec = resolved(mlp("[2000, 2000]"));
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    REQUIRE(spec.setAt("distributed.world_size", 4));
    const spec::Experiment experiment = spec::read(spec);
    const data::DatasetInfo info = twoMoons(spec);
    const auto each = std::uint64_t(train::leastBytes(experiment, info, NetworkUse::Learns).all);
    CHECK(train::ranksFitMemory(experiment, info, {4}, 4 * each));
    const base::Status refused = train::ranksFitMemory(experiment, info, {4}, 4 * each - 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == base::ErrorKind::Resource);
    CHECK(refused.error().where == "/distributed/world_size");
    INFO(refused.error().message << " " << refused.error().advice);
    CHECK(refused.error().message.starts_with("4 ranks do not fit into this machine's memory together: each takes at "
                                              "least "));
    CHECK(refused.error().advice.starts_with("Take at most 3 ranks here"));
    // One alone, or one that is too large by itself, is for another check.
    CHECK(train::ranksFitMemory(experiment, info, {1}, each - 1));
    CHECK(train::ranksFitMemory(experiment, info, {4}, each - 1));
}

TEST_CASE("what layers keep of a batch until its backward pass counts too")
{
    const base::Value spec = resolved(mlp("[2000, 2000]"));
    spec::Experiment experiment = spec::read(spec);
    const data::DatasetInfo info = twoMoons(spec);
    const auto least = [&](std::int64_t rows) { return train::leastBytes(experiment, info, NetworkUse::Learns, rows); };
    // The inputs of three matrices.
    CHECK(least(500).activations == 500 * 4 * (2 + 2000 + 2000));
    CHECK(least(500).all == least(0).all + least(500).activations);
    // They are no more than what a step is estimated to take.
    base::Value step = spec;
    REQUIRE(step.setAt("train.batch_size", 32));
    const auto preview = session::previewModel(step);
    REQUIRE(preview);
    CHECK(least(32).all < double(preview->bytes));
    base::Value normed = spec;
    REQUIRE(normed.setAt("model.norm", "batch"));
    CHECK(train::leastBytes(spec::read(normed), info, NetworkUse::Learns, 500).activations ==
          500 * 4 * (2 + 2000 + 2000 + 2000 + 2000));
    experiment.train.precision = "bf16-mixed";
    CHECK(least(500).activations == 500 * 2 * (2 + 2000 + 2000));
    experiment.train.gradientCheckpointing = 3;
    CHECK(least(500).activations == 0);
}

TEST_CASE("a batch that does not fit is refused with the rows that do")
{
    const base::Value spec = resolved(mlp("[2000, 2000]"));
    const spec::Experiment experiment = spec::read(spec);
    const data::DatasetInfo info = twoMoons(spec);
    const auto need = std::uint64_t(train::leastBytes(experiment, info, NetworkUse::Learns, 20'000).all);
    CHECK(train::fitsMemory(experiment, info, NetworkUse::Learns, need, 20'000));
    const base::Status refused = train::fitsMemory(experiment, info, NetworkUse::Learns, need - 1, 20'000);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/train/batch_size");
    CHECK(refused.error().advice.starts_with("Take a batch_size of at most 19999,"));
    // Another device keeps what a step needs.
    CHECK(train::fitsMemory(experiment, info, NetworkUse::Held, need / 2, 20'000));
}

TEST_CASE("ranks whose batches do not fit together are refused, with the rows that do")
{
    base::Value spec = resolved(mlp("[2000, 2000]"));
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    REQUIRE(spec.setAt("distributed.world_size", 4));
    spec::Experiment experiment = spec::read(spec);
    const data::DatasetInfo info = twoMoons(spec);
    const train::RanksHere ranks{.count = 4, .rows = 80'000};
    const auto each = std::uint64_t(train::leastBytes(experiment, info, NetworkUse::Learns, 20'000).all);
    CHECK(train::ranksFitMemory(experiment, info, ranks, 4 * each));
    const base::Status refused = train::ranksFitMemory(experiment, info, ranks, 4 * each - 1);
    REQUIRE_FALSE(refused);
    INFO(refused.error().message << " " << refused.error().advice);
    CHECK(refused.error().message.find(" and activations of a batch; together that is ") != std::string::npos);
    CHECK(refused.error().advice.starts_with("Take at most 3 ranks here, or more machines, or a batch_size of at most "
                                             "19999;"));
    // Half of them stand elsewhere, with half of the rows.
    CHECK(train::ranksFitMemory(experiment, info, {.count = 2, .ofAll = 4, .rows = 80'000}, 2 * each));
    CHECK_FALSE(train::ranksFitMemory(experiment, info, {.count = 2, .ofAll = 4, .rows = 80'000}, 2 * each - 1));
    // What is divided is there once: moments under ZeRO-1, and of a pipeline all but the weights.
    experiment.distributed.shardOptimizer = true;
    const train::NetworkBytes zero = train::leastBytes(experiment, info, NetworkUse::Learns, 20'000);
    CHECK(zero.divided == 4 * zero.copies * zero.learning);
    CHECK(zero.all + zero.divided == double(each));
    const auto together = std::uint64_t(4 * zero.all + zero.divided);
    CHECK(train::ranksFitMemory(experiment, info, ranks, together));
    CHECK_FALSE(train::ranksFitMemory(experiment, info, ranks, together - 1));
}

TEST_CASE("stages of a pipeline keep the activations of all that is under way")
{
    base::Value spec = resolved(mlp("[2000, 2000]"));
    REQUIRE(spec.setAt("distributed.strategy", "pipeline"));
    REQUIRE(spec.setAt("distributed.world_size", 2));
    REQUIRE(spec.setAt("distributed.micro_batches", 4));
    spec::Experiment experiment = spec::read(spec);
    const data::DatasetInfo info = twoMoons(spec);
    const double ofRow = 4 * (2 + 2000 + 2000);
    for (const auto& [schedule, rows] : {std::pair{"gpipe", 40'000}, {"1f1b", 10'000}}) {
        experiment.distributed.schedule = schedule;
        const train::NetworkBytes least = train::leastBytes(experiment, info, NetworkUse::Learns, 40'000);
        CHECK(least.all == 4 * least.parameters);
        CHECK(least.divided == 4 * (1 + least.copies) * least.learning + rows * ofRow);
        const auto together = std::uint64_t(2 * least.all + least.divided);
        const train::RanksHere stages{.count = 2, .rows = 40'000};
        CHECK(train::ranksFitMemory(experiment, info, stages, together));
        const base::Status refused = train::ranksFitMemory(experiment, info, stages, together - 1);
        REQUIRE_FALSE(refused);
        INFO(refused.error().message << " " << refused.error().advice);
        CHECK(refused.error().message.find("activations of a batch") != std::string::npos);
        // Of some of the stages nobody knows how much they have.
        CHECK(train::ranksFitMemory(experiment, info, {.count = 2, .ofAll = 3, .rows = 40'000}, together - 1));
        // One alone is not refused for what it has only a part of.
        CHECK(train::fitsMemory(experiment, info, NetworkUse::Learns, std::uint64_t(least.all), 40'000));
    }
}

TEST_CASE("ranks that each fit into what is free here, but not together, do not start")
{
    // Each two thirds of what is free.
    const double each = 2.0 / 3 * double(tensor::freeMemoryOfAll() + tensor::freeSwap());
    const auto hidden = std::int64_t(std::sqrt(each / 16));
    base::Value spec =
        resolved(mlp("[" + std::to_string(hidden) + ", " + std::to_string(hidden) + "]", R"(, "optimizer": "adam")"));
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    REQUIRE(spec.setAt("distributed.world_size", 2));
    const TempFolder folder;
    auto run = session::Session::create(spec, {folder.path(), "cpu"});
    REQUIRE(run);
    (*run)->start();
    const events::RunFinished& end = (*run)->wait();
    INFO(end.error.message << " " << end.error.advice);
    CHECK(end.state == events::RunState::Failed);
    CHECK(end.error.kind == base::ErrorKind::Resource);
    CHECK(end.error.message.find("2 ranks do not fit into this machine's memory together") != std::string::npos);
    CHECK(end.error.advice.find("at most 1 rank here") != std::string::npos);
}

TEST_CASE("a network larger than any machine is refused before it is made, in words")
{
    const TempFolder folder;
    auto run = session::Session::create(resolved(mlp("[1000000, 1000000]")), {folder.path(), "cpu"});
    REQUIRE(run);
    (*run)->start();
    const events::RunFinished& end = (*run)->wait();
    CHECK(end.state == events::RunState::Failed);
    CHECK(end.error.kind == base::ErrorKind::Resource);
    INFO(end.error.message << " " << end.error.advice);
    CHECK(end.error.message.find("1000.0 billion parameters take at least 16000 GB") != std::string::npos);
    CHECK(end.error.message.find("Free are ") != std::string::npos);
    CHECK(end.error.where == "/model");
    CHECK(end.error.advice.find("1000000 → 1000000") != std::string::npos);
}

}
