// SPDX-License-Identifier: GPL-3.0-or-later
// What ranks divide: the blocks of a network, the updates of its weights, and what they send of its gradients.
#include "tests/support/golden.h"

#include "core/base/rng.h"
#include "core/base/thrown.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "core/train/ranks/pipeline.h"
#include "core/train/ranks/power_sgd.h"
#include "core/train/shared_work.h"
#include "tests/support/sessions.h"

#include <map>
#include <thread>

namespace tests::dividing {

using namespace core;
using base::Array;
using base::Object;
using base::Value;
using train::ranks::StageWork;

Value with(Value spec, const std::vector<std::pair<std::string, Value>>& settings)
{
    for (const auto& [path, value] : settings)
        REQUIRE(spec.setAt(path, value));
    const spec::Checked checked = spec::resolve(spec, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    return checked.value;
}

struct Trained {
    std::string digest;
    std::map<std::string, base::Blob> state;
    std::map<std::string, std::vector<double>> curves;
    Value pipeline;
};

Trained trainedIn(const TempFolder& folder, const Value& spec, std::int64_t until = -1)
{
    auto run = Session::create(spec, {folder.path(), "cpu", false, {}, until});
    REQUIRE(run);
    (*run)->start();
    const events::RunFinished end = (*run)->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == (until < 0 ? events::RunState::Completed : events::RunState::Stopped));
    Trained trained{end.digest, {}, {}, {}};
    const auto checkpoint = store::newestWhole((*run)->folder() / "checkpoints");
    REQUIRE(checkpoint);
    for (const base::Blob& blob : checkpoint->tensors)
        trained.state.emplace(blob.name, blob);
    const auto record = store::readRun((*run)->folder());
    REQUIRE(record);
    for (const auto& [name, scalar] : record->scalars)
        trained.curves[name] = scalar.values;
    if (auto told = base::readJson((*run)->folder() / "pipeline.json"))
        trained.pipeline = *told;
    return trained;
}

Trained trained(const Value& spec)
{
    const TempFolder folder;
    return trainedIn(folder, spec);
}

double furthest(const std::vector<double>& one, const std::vector<double>& other)
{
    REQUIRE(one.size() == other.size());
    double most = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        most = std::max(most, std::abs(one[i] - other[i]) / std::max(1.0, std::abs(one[i])));
    return most;
}

double statesApart(const Trained& one, const Trained& other)
{
    double most = 0;
    REQUIRE_FALSE(one.state.empty());
    for (const auto& [name, blob] : one.state) {
        if (name.starts_with("captured/"))
            continue;
        INFO(name);
        REQUIRE(other.state.count(name) == 1);
        most = std::max(
            most, furthest(numbersIn(*tensor::fromBlob(blob)), numbersIn(*tensor::fromBlob(other.state.at(name)))));
    }
    return most;
}

double curvesApart(const Trained& one, const Trained& other)
{
    double most = 0;
    for (const char* name : {"train/loss", "train/grad_norm", "train/lr", "validation/loss", "train_eval/loss"}) {
        INFO(name);
        REQUIRE(one.curves.count(name) == 1);
        most = std::max(most, furthest(one.curves.at(name), other.curves.at(name)));
    }
    return most;
}

const char* const mlp = R"({"data": {"source": "two-moons", "rows": 160},
    "split": {"train": 0.6, "validation": 0.3, "test": 0.1}, "model": {"kind": "mlp", "hidden": [12, 8, 6], "norm": "batch", "activation": "tanh", "dropout": 0.1},
    "train": {"epochs": 2, "batch_size": 24, "threads": 1, "seed": 4, "l2": 0.001, "clip_grad_norm": 0.5,
              "optimizer": {"kind": "adam", "lr": 0.003, "eps": 1e-3}}})";
const char* const cnn =
    R"({"data": {"source": "fashion-mnist", "rows": 80}, "split": {"train": 0.8, "validation": 0.2, "test": 0},
    "model": {"kind": "cnn", "channels": [4, 6], "norm": "batch", "hidden": [], "activation": "relu"},
    "train": {"epochs": 1, "batch_size": 16, "threads": 1, "seed": 4, "optimizer": {"kind": "sgd", "momentum": 0.9}}})";
const char* const resnet =
    R"({"data": {"source": "fashion-mnist", "rows": 40}, "split": {"train": 0.8, "validation": 0.2, "test": 0},
    "model": {"kind": "resnet", "width": 2},
    "train": {"epochs": 1, "batch_size": 16, "threads": 1, "seed": 4, "optimizer": "adamw"}})";
const char* const transformer =
    R"({"data": {"source": "fashion-mnist", "rows": 40}, "split": {"train": 0.8, "validation": 0.2, "test": 0},
    "model": {"kind": "vit", "patch_size": 7, "hidden_dim": 8, "num_heads": 2, "mlp_dim": 12, "num_layers": 3},
    "train": {"epochs": 1, "batch_size": 16, "threads": 1, "seed": 4, "optimizer": "adamw"}})";

Value inStages(const Value& spec, std::int64_t stages, const std::string& schedule, std::int64_t parts = 3)
{
    return with(spec, {{"distributed.strategy", "pipeline"},
                       {"distributed.world_size", stages},
                       {"distributed.schedule", schedule},
                       {"distributed.micro_batches", parts}});
}

// The same rows in micro-batches, one after the other.
Value accumulated(const Value& spec, std::int64_t parts)
{
    return with(spec, {{"train.batch_size", spec["train"]["batch_size"].toInt() / parts}, {"train.accumulate", parts}});
}

TEST_CASE("stages of a pipeline learn what one process learns from the micro-batches")
{
    for (const char* network : {mlp, cnn, resnet, transformer}) {
        const Value spec = resolved(network);
        const std::int64_t parts = spec["train"]["batch_size"].toInt() % 3 == 0 ? 3 : 4;
        const Trained one = trained(accumulated(spec, parts));
        for (const auto& [stages, schedule] : {std::pair(2, "gpipe"), {3, "1f1b"}}) {
            INFO(spec["model"]["kind"].text() << ", " << stages << " stages, " << schedule);
            const Trained several = trained(inStages(spec, stages, schedule, parts));
            CHECK(statesApart(one, several) < 1e-5);
            CHECK(statesApart(several, one) < 1e-5);
            CHECK(curvesApart(one, several) < 1e-5);
        }
    }
}

TEST_CASE("a last batch of fewer rows than micro-batches goes through the stages too")
{
    // 96 training rows leave a last batch of 6.
    const Value spec = with(resolved(mlp), {{"model.norm", "none"}, {"train.batch_size", 30}});
    const Trained one = trained(inStages(spec, 1, "1f1b", 10)), two = trained(inStages(spec, 2, "1f1b", 10));
    CHECK(statesApart(one, two) < 1e-5);
    CHECK(curvesApart(one, two) < 1e-5);
}

TEST_CASE("a pipeline goes on where one process left off, and the reverse")
{
    const Value alone = accumulated(resolved(mlp), 3), spread = inStages(resolved(mlp), 3, "1f1b");
    const Trained whole = trained(spread);
    for (const Value& first : {alone, spread}) {
        const TempFolder folder;
        auto begun = Session::create(first, {folder.path(), "cpu", false, {}, 5});
        REQUIRE(begun);
        (*begun)->start();
        REQUIRE((*begun)->wait().state == events::RunState::Stopped);
        const auto half = store::newestWhole((*begun)->folder() / "checkpoints");
        REQUIRE(half);
        REQUIRE(half->step == 5);
        const Value& second = &first == &alone ? spread : alone;
        auto engine = train::Engine::make(second, "cpu", nullptr, 1);
        REQUIRE(engine);
        REQUIRE((*engine)->graft(*half));
        while ((*engine)->step() < (*engine)->timeline().totalSteps())
            (*engine)->advance();
        for (const auto& [name, tensor] : (*engine)->learner().state()) {
            INFO(name);
            CHECK(furthest(numbersIn(*tensor::fromBlob(whole.state.at(name))), numbersIn(tensor)) < 1e-5);
        }
    }
}

TEST_CASE("a pipeline tells when each stage did what")
{
    const Value told =
        trained(with(inStages(resolved(mlp), 2, "gpipe"), {{"distributed.stages", Array{4, 9}}})).pipeline;
    REQUIRE(told.isObject());
    CHECK(told["schedule"].text() == "gpipe");
    CHECK(told["stages"].toInt() == 2);
    REQUIRE(told["blocks"].array().size() == 13);
    CHECK(told["blocks"].array()[3]["stage"].toInt() == 0);
    CHECK(told["blocks"].array()[4]["stage"].toInt() == 1);
    CHECK(told["blocks"].array()[0]["type"].text() == "Linear");
    std::map<std::pair<std::int64_t, std::int64_t>, double> forward;
    std::size_t count = 0;
    for (const Value& work : told["work"].array()) {
        CHECK(work["end"].toReal() >= work["begin"].toReal());
        ++count;
        if (!work["backward"].toBool())
            forward[{work["stage"].toInt(), work["part"].toInt()}] = work["end"].toReal();
    }
    CHECK(count == 4 * std::size_t(told["micro_batches"].toInt()));
    CHECK(told["ideal_idle_share"].toReal() == Approx(1.0 / (double(told["micro_batches"].toInt()) + 1)));
    CHECK(told["idle_share"].toReal() >= 0);
    CHECK(told["idle_share"].toReal() <= 1);
    CHECK(forward.size() == count / 2);
}

TEST_CASE("each stage does everything once, in an order that its neighbours can follow")
{
    for (const char* schedule : {"gpipe", "1f1b"})
        for (const std::int64_t stages : {1, 2, 3, 5})
            for (const std::int64_t parts : {1, 2, 4, 7}) {
                INFO(schedule << ", " << stages << " stages, " << parts << " parts");
                std::vector<std::vector<StageWork>> left;
                std::vector<std::int64_t> most(static_cast<std::size_t>(stages), 0), held = most;
                for (std::int64_t stage = 0; stage < stages; ++stage)
                    left.push_back(train::ranks::workOfStage(schedule, stage, stages, parts));
                const std::vector<bool> none(static_cast<std::size_t>(parts), false);
                std::vector<std::vector<bool>> forward(static_cast<std::size_t>(stages), none), backward = forward;
                std::vector<std::size_t> next(static_cast<std::size_t>(stages), 0);
                bool moved = true;
                while (moved) {
                    moved = false;
                    for (std::size_t s = 0; s < std::size_t(stages); ++s) {
                        if (next[s] == left[s].size())
                            continue;
                        const StageWork work = left[s][next[s]];
                        const auto part = std::size_t(work.part);
                        const bool ready =
                            work.backward ? forward[s][part] && (s + 1 == std::size_t(stages) || backward[s + 1][part])
                                          : s == 0 || forward[s - 1][part];
                        if (!ready)
                            continue;
                        auto& done = work.backward ? backward : forward;
                        CHECK_FALSE(done[s][part]);
                        done[s][part] = true;
                        held[s] += work.backward ? -1 : 1;
                        most[s] = std::max(most[s], held[s]);
                        ++next[s];
                        moved = true;
                    }
                }
                for (std::size_t s = 0; s < std::size_t(stages); ++s) {
                    CHECK(next[s] == 2 * std::size_t(parts));
                    CHECK(most[s] ==
                          (std::string(schedule) == "gpipe" ? parts : std::min(parts, stages - std::int64_t(s))));
                }
            }
}

TEST_CASE("the slowest stage is as fast as any division makes it")
{
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const base::Draw draw(seed, "costs");
        std::vector<double> costs(3 + draw.below(0, 6));
        for (std::size_t i = 0; i < costs.size(); ++i)
            costs[i] = draw.uniform(i + 1) * (draw.below(i + 100, 4) == 0 ? 10 : 1);
        const auto stages = std::int64_t(1 + draw.below(50, costs.size()));
        const auto slowest = [&](const std::vector<std::int64_t>& counts) {
            double most = 0;
            std::size_t at = 0;
            for (const std::int64_t count : counts) {
                double sum = 0;
                for (std::int64_t i = 0; i < count; ++i)
                    sum += costs[at++];
                most = std::max(most, sum);
            }
            return at == costs.size() ? most : -1;
        };
        // Every division there is.
        double best = 1e300;
        for (std::uint32_t cuts = 0; cuts < (1u << (costs.size() - 1)); ++cuts) {
            std::vector<std::int64_t> counts{1};
            for (std::size_t i = 0; i + 1 < costs.size(); ++i)
                if (cuts >> i & 1)
                    counts.push_back(1);
                else
                    ++counts.back();
            if (std::int64_t(counts.size()) == stages)
                best = std::min(best, slowest(counts));
        }
        const std::vector<std::int64_t> chosen = train::ranks::divideBlocks(costs, stages);
        REQUIRE(std::int64_t(chosen.size()) == stages);
        CHECK(*std::ranges::min_element(chosen) >= 1);
        CHECK(slowest(chosen) == Approx(best).epsilon(1e-12));
    }
}

TEST_CASE("what cannot be a pipeline is refused in words")
{
    const auto errorOf = [](const Value& spec) {
        const TempFolder folder;
        auto run = made(spec, folder);
        run->start();
        const events::RunFinished& end = run->wait();
        CHECK(end.state == events::RunState::Failed);
        return end.error.where + ": " + end.error.message;
    };
    const Value spec = inStages(resolved(mlp), 2, "1f1b");
    CHECK(errorOf(with(spec, {{"distributed.stages", Array{3, 3}}})) ==
          "/distributed/stages: the stages have 6 blocks together, but the network has 13");
    CHECK(errorOf(with(spec, {{"distributed.stages", Array{10}}})) ==
          "/distributed/stages: 1 stages are listed for 2 ranks");
    CHECK(errorOf(with(spec, {{"distributed.compression", "fp16"}})) ==
          "/distributed/compression: stages of a pipeline have no gradients in common");
    CHECK(errorOf(with(spec, {{"train.optimizer", "lbfgs"}})) == "/train/optimizer: lbfgs moves all weights together");
    CHECK(errorOf(with(spec, {{"model", Object{{"kind", "linear"}}}})) ==
          "/distributed/world_size: the network has 1 blocks, too few for 2 stages");
}

Value shared(const Value& spec, std::int64_t ranks)
{
    return with(spec, {{"distributed.strategy", "ddp"},
                       {"distributed.world_size", ranks},
                       {"train.batch_size", spec["train"]["batch_size"].toInt() / ranks}});
}

TEST_CASE("ranks that share the optimizer's state end in the same bits and in a whole checkpoint")
{
    for (const auto& [optimizer, ranks] : {std::pair("adamw", 2), {"sgd", 3}, {"muon", 2}, {"adafactor", 3}}) {
        INFO(optimizer << ", " << ranks << " ranks");
        const Value spec = with(shared(resolved(mlp), ranks), {{"train.optimizer", optimizer}});
        const Trained whole = trained(spec), sharded = trained(with(spec, {{"distributed.shard_optimizer", true}}));
        CHECK(whole.digest == sharded.digest);
        REQUIRE(whole.state.size() == sharded.state.size());
        for (const auto& [name, blob] : whole.state) {
            INFO(name);
            REQUIRE(sharded.state.count(name) == 1);
            CHECK(blob == sharded.state.at(name));
        }
    }
}

TEST_CASE("updates are shared out by size")
{
    std::vector<tensor::NamedTensor> parameters;
    for (const std::int64_t size : {3, 10, 4, 4, 9})
        parameters.push_back({"w", tensor::zeros({size})});
    CHECK(train::shareBySize(parameters, 2) == std::vector<std::int64_t>{1, 0, 1, 0, 1});
    CHECK(train::shareBySize(parameters, 1) == std::vector<std::int64_t>(5, 0));
}

TEST_CASE("thin matrices are PyTorch's powerSGD_hook")
{
    const Value told = golden("compression.json").front();
    std::vector<std::vector<std::int64_t>> shapes;
    for (const Value& shape : told["shapes"].array()) {
        shapes.emplace_back();
        for (const Value& side : shape.array())
            shapes.back().push_back(side.toInt());
    }
    auto worlds = train::ranks::World::ofThreads(2, 10);
    REQUIRE(worlds);
    std::vector<std::vector<std::vector<std::vector<double>>>> means(2);
    const auto work = [&](std::size_t rank) {
        train::ranks::World& world = *(*worlds)[rank];
        if (!world.meet())
            return;
        std::vector<tensor::NamedTensor> parameters;
        for (const auto& shape : shapes)
            parameters.push_back({std::to_string(parameters.size()), tensor::zeros(shape)});
        train::ranks::PowerSgd thin(parameters, told["rank"].toInt());
        const std::vector<double> start = wave(200, 0.5);
        std::size_t place = 0;
        for (const auto& [name, live] : thin.state())
            if (name.starts_with("q/"))
                for (std::int64_t i = 0; i < live.numel(); ++i)
                    live.mutable_data_ptr<float>()[i] = float(start[place++]);
        for (std::size_t step = 0; step < told["means"].array().size(); ++step) {
            std::vector<at::Tensor> gradients;
            std::vector<std::size_t> places;
            for (std::size_t i = 0; i < shapes.size(); ++i) {
                const std::int64_t count = parameters[i].tensor.numel();
                gradients.push_back(
                    tensorOf(wave(count, double(10 * step + 3 * rank + i)), shapes[i], at::kFloat).contiguous());
                places.push_back(i);
            }
            thin.average(gradients, places, 2, [&](const at::Tensor& all) { world.sum(all); });
            means[rank].emplace_back();
            for (const at::Tensor& gradient : gradients)
                means[rank].back().push_back(numbersIn(gradient));
        }
    };
    {
        std::jthread other([&] { work(1); });
        work(0);
    }
    REQUIRE(means[0].size() == told["means"].array().size());
    CHECK(means[0] == means[1]);
    for (std::size_t step = 0; step < means[0].size(); ++step)
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            INFO("step " << step << ", gradient " << i);
            CHECK(furthest(flat(told["means"].array()[step].array()[i]), means[0][step][i]) < 2e-5);
        }
    (*worlds)[0]->leave();
    (*worlds)[1]->leave();
}

TEST_CASE("compressed gradients train nearly as whole ones do, and go on in the same bits")
{
    const Value spec = with(shared(resolved(mlp), 2), {{"model.dropout", 0.0}, {"train.epochs", 6}});
    const Trained whole = trained(spec);
    for (const auto& [kind, bound] : {std::pair("fp16", 0.01), {"powersgd", 0.2}}) {
        INFO(kind);
        const Value thin = with(spec, {{"distributed.compression", kind}});
        const Trained less = trained(thin);
        CHECK(less.digest != whole.digest);
        CHECK(less.curves.at("train_eval/loss").back() < whole.curves.at("train_eval/loss").front());
        CHECK(std::abs(less.curves.at("train_eval/loss").back() - whole.curves.at("train_eval/loss").back()) < bound);
        const TempFolder folder;
        auto begun = Session::create(thin, {folder.path(), "cpu", false, {}, 7});
        REQUIRE(begun);
        (*begun)->start();
        REQUIRE((*begun)->wait().state == events::RunState::Stopped);
        const std::filesystem::path run = (*begun)->folder();
        begun->reset();
        auto again = Session::resume(run, {folder.path(), "cpu"});
        REQUIRE(again);
        (*again)->start();
        CHECK((*again)->wait().digest == less.digest);
    }
}

}
