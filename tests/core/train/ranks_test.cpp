// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/base/rng.h"
#include "core/base/thrown.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "core/train/ranks/follower.h"
#include "tests/support/sessions.h"

#include <map>
#include <thread>

namespace tests::sharing {

using namespace core;
using base::Object;
using base::Value;
using train::ranks::Crew;
using train::ranks::Place;
using train::ranks::World;

Value with(Value spec, const std::vector<std::pair<std::string, Value>>& settings)
{
    for (const auto& [path, value] : settings)
        REQUIRE(spec.setAt(path, value));
    const spec::Checked checked = spec::resolve(spec, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    return checked.value;
}

Value onRanks(const Value& spec, std::int64_t ranks, std::int64_t batch)
{
    return with(spec,
                {{"distributed.strategy", "ddp"}, {"distributed.world_size", ranks}, {"train.batch_size", batch}});
}

const char* const mlp = R"({"data": {"source": "two-moons", "rows": 150},
    "model": {"kind": "mlp", "hidden": [12, 8], "norm": "batch", "activation": "tanh"},
    "train": {"epochs": 3, "batch_size": 12, "threads": 1, "seed": 4}})";
// 61 rows of 73 leave a last batch that ranks share unevenly.
const char* const cnn =
    R"({"data": {"source": "fashion-mnist", "rows": 73}, "split": {"train": 0.84, "validation": 0.1, "test": 0},
    "model": {"kind": "cnn", "channels": [4, 6], "norm": "batch", "hidden": [], "activation": "tanh"},
    "train": {"epochs": 2, "batch_size": 12, "threads": 1, "seed": 4}})";

struct Trained {
    events::RunFinished end;
    store::RunRecord record;
    std::map<std::string, base::Blob> weights;
};

Trained train(const Value& spec, const std::function<void(Session&)>& meanwhile = {})
{
    const TempFolder folder;
    auto run = made(spec, folder, bool(meanwhile));
    run->start();
    if (meanwhile)
        meanwhile(*run);
    Trained trained{run->wait(), {}, {}};
    INFO(base::describe(trained.end.error));
    REQUIRE(trained.end.state == events::RunState::Completed);
    auto checkpoint = store::newestWhole(run->folder() / "checkpoints");
    REQUIRE(checkpoint);
    for (base::Blob& blob : checkpoint->tensors)
        if (blob.name.starts_with("model/"))
            trained.weights.emplace(blob.name, blob);
    auto record = store::readRun(run->folder());
    REQUIRE(record);
    trained.record = std::move(*record);
    return trained;
}

double apart(const std::vector<double>& one, const std::vector<double>& other)
{
    REQUIRE(one.size() == other.size());
    double most = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        most = std::max(most, std::abs(one[i] - other[i]) / std::max(1.0, std::abs(one[i])));
    return most;
}

double weightsApart(const Trained& one, const Trained& other)
{
    REQUIRE(one.weights.size() == other.weights.size());
    REQUIRE_FALSE(one.weights.empty());
    double most = 0;
    for (const auto& [name, blob] : one.weights) {
        REQUIRE(other.weights.count(name) == 1);
        most = std::max(
            most, apart(numbersIn(*tensor::fromBlob(blob)), numbersIn(*tensor::fromBlob(other.weights.at(name)))));
    }
    return most;
}

double curvesApart(const Trained& one, const Trained& other)
{
    double most = 0;
    for (const char* name : {"train/loss", "train/accuracy", "train/grad_norm", "train/lr", "validation/loss",
                             "validation/accuracy", "train_eval/loss"}) {
        INFO(name);
        REQUIRE(one.record.scalars.count(name) == 1);
        most = std::max(most, apart(one.record.scalars.at(name).values, other.record.scalars.at(name).values));
    }
    return most;
}

TEST_CASE("ranks learn what one process learns from their rows together")
{
    // A bias before batch norm has no slope but rounding: with Adam's usual eps its sign alone would move it.
    const Value optimizers[] = {Object{{"kind", "adam"}, {"lr", 0.003}, {"eps", 1e-3}},
                                Object{{"kind", "sgd"}, {"lr", 0.01}, {"momentum", 0.9}}};
    for (const char* network : {mlp, cnn})
        for (const Value& optimizer : optimizers) {
            const Value spec = with(resolved(network), {{"train.optimizer", optimizer}});
            const Trained one = train(spec);
            for (const std::int64_t ranks : {2, 3}) {
                INFO(spec["model"]["kind"].text() << ", " << optimizer["kind"].text() << ", " << ranks << " ranks");
                const Trained several = train(onRanks(spec, ranks, 12 / ranks));
                CHECK(several.end.steps == one.end.steps);
                // Sums in another order; under Adam and max pooling that grows.
                const double bound = network == mlp ? 1e-5 : 2e-4;
                CHECK(weightsApart(one, several) < bound);
                CHECK(curvesApart(one, several) < bound);
            }
        }
}

TEST_CASE("without synchronised batch norm ranks learn something else")
{
    const Value spec = resolved(mlp);
    CHECK(weightsApart(train(spec), train(with(onRanks(spec, 2, 6), {{"distributed.sync_batchnorm", false}}))) > 1e-3);
}

TEST_CASE("accumulated batches of ranks are one large batch")
{
    const Value spec =
        with(resolved(mlp), {{"model.norm", "none"}, {"train.optimizer", Object{{"kind", "adam"}, {"eps", 1e-3}}}});
    const Trained one = train(spec);
    const Trained several = train(with(onRanks(spec, 2, 3), {{"train.accumulate", 2}}));
    CHECK(weightsApart(one, several) < 1e-5);
    CHECK(curvesApart(one, several) < 1e-5);
}

TEST_CASE("ranks go through their layers a second time where one of them, whose layers are watched, does not")
{
    const Value spec = with(resolved(R"({"data": {"source": "two-moons", "rows": 150},
        "model": {"kind": "sequential", "layers": ["Linear", "BatchNorm1d", "Tanh", "Linear", "Tanh"]},
        "train": {"epochs": 3, "batch_size": 12, "threads": 1, "seed": 4, "optimizer": {"kind": "sgd", "lr": 0.01}}})"),
                            {{"train.gradient_checkpointing", 3}});
    const Trained one = train(spec);
    for (const std::int64_t ranks : {2, 3}) {
        const Trained several = train(onRanks(spec, ranks, 12 / ranks));
        CHECK(weightsApart(one, several) < 1e-5);
        CHECK(curvesApart(one, several) < 1e-5);
    }
}

TEST_CASE("losses that weigh classes or compare rows are those of all ranks' rows together")
{
    const Value classes = with(resolved(R"({"data": {"source": "imbalanced", "rows": 100},
        "model": {"kind": "mlp", "hidden": [6], "activation": "tanh"},
        "train": {"epochs": 2, "batch_size": 12, "threads": 1, "seed": 4, "optimizer": {"kind": "sgd", "lr": 0.1}}})"),
                               {{"train.loss", Object{{"kind", "cross_entropy"}, {"class_weights", "balanced"}}}});
    const Value focal = with(classes, {{"train.loss", Object{{"kind", "focal"}, {"class_weights", "balanced"}}}});
    const Value pairs = resolved(R"({"data": {"source": "fashion-mnist", "rows": 60, "task": "embedding"},
        "model": {"kind": "mlp", "hidden": [8], "activation": "tanh"},
        "train": {"epochs": 2, "batch_size": 12, "threads": 1, "seed": 4, "optimizer": {"kind": "sgd", "lr": 0.01},
                  "loss": "cosine"}})");
    const Value triplets = with(pairs, {{"train.loss", Object{{"kind", "triplet"}, {"mining", "all"}}}});
    for (const Value& spec : {classes, focal, pairs, triplets, with(pairs, {{"train.accumulate", 2}})}) {
        INFO(spec["train"]["loss"]["kind"].text());
        const Trained one = train(spec);
        for (const std::int64_t ranks : {2, 3}) {
            const Trained several = train(onRanks(spec, ranks, 12 / ranks));
            CHECK(weightsApart(one, several) < 2e-5);
            for (const char* name : {"train/loss", "train/grad_norm", "train_eval/loss"})
                CHECK(apart(one.record.scalars.at(name).values, several.record.scalars.at(name).values) < 2e-5);
        }
    }
}

TEST_CASE("the same ranks give the same bits again")
{
    const Value spec = onRanks(resolved(mlp), 2, 6);
    CHECK(train(spec).end.digest == train(spec).end.digest);
}

TEST_CASE("pauses, single steps and edits are those of all ranks")
{
    const auto editing = [](Session& run) {
        Watcher watcher;
        const auto watching = run.events().subscribe(watcher);
        REQUIRE(run.post(session::Edit{"train.optimizer.lr", 0.02}));
        for (const std::int64_t steps : {1, 2}) {
            REQUIRE(run.post(session::SingleStep{}));
            REQUIRE(until([&] { return watcher.steps() == steps; }));
        }
        REQUIRE(run.post(session::Edit{"train.optimizer.lr", 0.005}));
        REQUIRE(run.post(session::Continue{}));
        run.wait();
    };
    const Value spec = with(resolved(mlp), {{"train.optimizer", Object{{"kind", "adam"}, {"eps", 1e-3}}}});
    const Trained one = train(spec, editing), several = train(onRanks(spec, 2, 6), editing);
    CHECK(weightsApart(one, several) < 1e-5);
    CHECK(curvesApart(one, several) < 1e-5);
}

TEST_CASE("the rate grows with the ranks where that is asked for")
{
    const Value spec = with(resolved(mlp), {{"train.optimizer", Object{{"kind", "sgd"}, {"lr", 0.01}}}});
    const Trained scaled = train(with(onRanks(spec, 2, 6), {{"distributed.scale_lr", true}}));
    CHECK(scaled.record.scalars.at("train/lr").values.front() == Approx(0.02));
}

TEST_CASE("each rank takes its items of the epoch's order")
{
    const auto module = data::DataModule::open(spec::read(resolved(mlp)));
    REQUIRE(module);
    const auto loaderOf = [&](std::int64_t rank, std::int64_t ranks, bool even) {
        data::LoaderOptions options{.batchSize = 10, .seed = 3};
        options.rank = rank;
        options.ranks = ranks;
        options.even = even;
        return std::move(*data::DataLoader::make(*module, data::SplitName::Train, options));
    };
    const auto whole = loaderOf(0, 1, false);
    const std::int64_t last = whole->batchesPerEpoch() - 1;
    const std::vector<std::int64_t> first = whole->rowsOf(0, 0), end = whole->rowsOf(0, last);
    REQUIRE(end.size() == 4); // of 104
    for (std::int64_t rank = 0; rank < 3; ++rank) {
        const auto shard = loaderOf(rank, 3, false), padded = loaderOf(rank, 3, true);
        std::vector<std::int64_t> own;
        for (std::size_t i = std::size_t(rank); i < first.size(); i += 3)
            own.push_back(first[i]);
        CHECK(shard->rowsOf(0, 0) == own);
        CHECK(shard->rowsOf(0, last).size() == std::size_t(rank == 0 ? 2 : 1));
        CHECK(padded->rowsOf(0, last).size() == 2);
        CHECK(padded->rowsOf(0, last).back() == (rank == 0 ? end[3] : first[std::size_t(rank) - 1]));
        CHECK(shard->get(0, last).ofAll == 4);
        CHECK(padded->get(0, last).ofAll == 6);
    }
    // More ranks than rows: the last goes along with a row that does not count.
    const auto none = loaderOf(7, 8, false);
    const data::Batch batch = none->get(0, last);
    CHECK_FALSE(batch.counts);
    CHECK(batch.input.size(0) == 1);
}

TEST_CASE("a rank that fails is named with its reason, and none waits for it")
{
    const Value spec = onRanks(resolved(mlp), 3, 4);
    auto worlds = World::ofThreads(3, 10);
    REQUIRE(worlds);
    const auto gone = [](const std::shared_ptr<World>& world) {
        REQUIRE(world->meet());
        (void)world->hear();
        world->tellTrouble({base::ErrorKind::Run, "its disk is on fire", "rack 7", {}});
        world->leave();
    };
    std::jthread second([&] { (void)train::ranks::follow((*worlds)[1]); }), third([&] { gone((*worlds)[2]); });
    REQUIRE((*worlds)[0]->meet());
    std::string message;
    try {
        auto engine = train::Engine::make(spec, "cpu", nullptr, 1, (*worlds)[0]);
        REQUIRE(engine);
        (*engine)->advance();
    } catch (const base::Thrown& failure) {
        message = failure.error().message;
    }
    CHECK(message == "rank 2 failed: its disk is on fire");
    CHECK((*worlds)[0]->lost());
    (*worlds)[0]->leave();
}

// Rank 2 of three trains along until it has heard so many orders, then fails.
void failAfter(const std::shared_ptr<World>& world, int orders)
{
    REQUIRE(world->meet());
    const train::ranks::Order first = world->hear();
    const store::Checkpoint from{first.what["step"].toInt(), first.what["state"], first.tensors};
    const Value& state = first.what["state"];
    auto engine = train::Engine::make(first.what["spec"], "cpu", state.isNull() ? nullptr : &from, 1, world);
    REQUIRE(engine);
    for (int i = 0; i < orders; ++i) {
        const train::ranks::Order order = world->hear();
        if (order.what.isNull())
            (*engine)->advance();
        else if (order.what["do"].text() == "compare" || order.what["do"].text() == "observe")
            train::ranks::compareReplicas(*world, **engine);
    }
    world->tellTrouble({base::ErrorKind::Run, "its disk is on fire", "rack 7", {}});
    engine->reset();
    world->leave();
}

TEST_CASE("a run outlives a rank that fails, and rules and curves know nothing of what was done twice")
{
    const Value spec = with(onRanks(resolved(mlp), 3, 4),
                            {{"distributed.on_failure", "replace"}, {"train.checkpoint.every_steps", 5}});
    const Trained undisturbed = train(spec);
    std::vector<std::jthread> threads;
    std::vector<std::shared_ptr<World>> worlds;
    const auto follow = [&](std::shared_ptr<World> world) {
        threads.emplace_back([world = std::move(world)] { (void)train::ranks::follow(world); });
    };
    session::Options options;
    const TempFolder folder;
    options.runs = folder.path();
    options.device = "cpu";
    options.meet = [&](const std::filesystem::path&) -> base::Result<std::shared_ptr<World>> {
        if (worlds.empty()) {
            worlds = *World::ofThreads(3, 10);
            follow(worlds[1]);
            threads.emplace_back([&] { failAfter(worlds[2], 17); });
            return worlds[0];
        }
        const World::Regrouped after = worlds[0]->regroup(true);
        CHECK(after.was == std::vector<std::int64_t>{0, 1, -1});
        follow(after.world->beside(2));
        return after.world;
    };
    auto run = Session::create(spec, options);
    REQUIRE(run);
    (*run)->start();
    const events::RunFinished end = (*run)->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == events::RunState::Completed);
    CHECK(end.steps == undisturbed.end.steps);
    const auto record = store::readRun((*run)->folder());
    REQUIRE(record);
    // Sums of three ranks are the same up to rounding: where a number stands in a message is another place at first.
    for (const char* name : {"train/loss", "validation/loss"}) {
        CHECK(record->scalars.at(name).steps == undisturbed.record.scalars.at(name).steps);
        CHECK(apart(record->scalars.at(name).values, undisturbed.record.scalars.at(name).values) < 1e-4);
    }
    std::string told;
    for (const events::Event& event : record->events)
        if (const auto* notice = std::get_if<events::Notice>(&event))
            told += base::describe(notice->error) + "\n";
    INFO(told);
    CHECK(told.find("rank 2 failed: its disk is on fire") != std::string::npos);
    CHECK(told.find("Restart 1, 3 ranks go on from here") != std::string::npos);
}

TEST_CASE("threads that fail are replaced, or the others go on without them")
{
    for (const bool replace : {true, false}) {
        Crew crew(3, 10);
        const Value spec = onRanks(resolved(mlp), 3, 4);
        REQUIRE(crew.world()->meet());
        auto engine = train::Engine::make(spec, "cpu", nullptr, 1, crew.world());
        REQUIRE(engine);
        (*engine)->advance();
        // Nobody can do this.
        crew.world()->tell({Object{{"do", "load"}, {"state", Object{}}}});
        CHECK_THROWS_AS((*engine)->advance(), base::Thrown);
        engine->reset();
        crew.gatherAgain(replace);
        REQUIRE(crew.world()->meet());
        CHECK(crew.world()->size() == (replace ? 3 : 1));
        auto again = train::Engine::make(spec, "cpu", nullptr, 1, crew.world());
        REQUIRE(again);
        (*again)->advance();
        (*again)->judge(); // compares the replicas
        again->reset();
        crew.world()->tell(train::ranks::ending());
    }
}

TEST_CASE("whoever has no token is no rank")
{
    const auto first = World::open({.size = 2, .localSize = 2}, 10);
    REQUIRE(first);
    Place place = (*first)->place();
    CHECK(place.token.size() >= 32);
    place.rank = 1;
    Place guessed = place;
    guessed.token = "guessed";
    const auto stranger = World::open(guessed, 10, 0.1);
    REQUIRE(stranger);
    const base::Status met = (*stranger)->meet();
    REQUIRE_FALSE(met);
    CHECK(met.error().message == "rank 0 of 2 has not come within 0.1 s");
    CHECK(met.error().advice.find("Start all ranks") != std::string::npos);
    // It has not taken anybody's place.
    const auto second = World::open(place, 10);
    REQUIRE(second);
    std::jthread meeting([&] { CHECK((*second)->meet()); });
    REQUIRE((*first)->meet());
    meeting.join();
    (*second)->leave();
    (*first)->leave();
}

TEST_CASE("ranks share rows that are streamed")
{
    const TempFolder folder;
    std::string table = "a,b,c,y\n";
    const base::Draw draw(3, "rows");
    for (std::uint64_t row = 0; row < 230; ++row) {
        const double a = draw.uniform(3 * row, -1, 1), b = draw.uniform(3 * row + 1, -1, 1),
                     c = draw.uniform(3 * row + 2, -1, 1);
        table += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c) + "," +
                 (a * b + c > 0 ? "yes" : "no") + "\n";
    }
    const std::string file = folder.file("rows.csv", table).string();
    Value spec = resolved(R"({"data": {"source": "two-moons"}, "model": {"kind": "mlp", "hidden": [8]},
        "train": {"epochs": 3, "batch_size": 12, "threads": 1, "optimizer": {"kind": "adam", "eps": 1e-3}}})");
    spec = with(spec, {{"data.source", file}, {"data.target", "y"}, {"data.mode", "pipe"}});
    const Trained one = train(spec);
    for (const std::int64_t ranks : {2, 3}) {
        const Trained several = train(onRanks(spec, ranks, 12 / ranks));
        CHECK(several.end.steps == one.end.steps);
        CHECK(weightsApart(one, several) < 1e-5);
        CHECK(curvesApart(one, several) < 1e-5);
    }
}

TEST_CASE("a step that is broken off in its last sum leaves the state as it was before, statistics too")
{
    Crew crew(2, 10);
    const auto& world = crew.world();
    REQUIRE(world->meet());
    const Value spec = with(resolved(mlp), {{"distributed.strategy", "pipeline"}, {"distributed.world_size", 2}});
    auto engine = train::Engine::make(spec, "cpu", nullptr, 1, world);
    REQUIRE(engine);
    (*engine)->advance();
    const auto before = (*engine)->snapshot();
    // Both stages have passed, and no sum can be made any more.
    const train::Learner::Answers parts = [&](const at::Tensor&, const at::Tensor&, const at::Tensor&) {
        world->leave();
    };
    (*engine)->learner().onAnswers(&parts);
    CHECK_THROWS_AS((*engine)->advance(), base::Thrown);
    const auto after = (*engine)->snapshot();
    REQUIRE(after.tensors.size() == before.tensors.size());
    for (std::size_t i = 0; i < before.tensors.size(); ++i) {
        INFO(before.tensors[i].name);
        CHECK((after.tensors[i].bytes == before.tensors[i].bytes));
    }
}

TEST_CASE("what a step did to the loss of all ranks' rows is not told from one rank's")
{
    Crew crew(2, 10);
    REQUIRE(crew.world()->meet());
    auto engine = train::Engine::make(onRanks(resolved(mlp), 2, 6), "cpu", nullptr, 1, crew.world());
    REQUIRE(engine);
    events::StepTrace trace;
    (*engine)->advance(&trace);
    CHECK((trace.loss > 0 && std::isnan(trace.lossAfter)));
    engine->reset();
    crew.world()->tell(train::ranks::ending());
}

TEST_CASE("replicas that differ are found")
{
    Crew crew(2, 10);
    const auto& world = crew.world();
    REQUIRE(world->meet());
    const Value spec = onRanks(resolved(mlp), 2, 6);
    auto engine = train::Engine::make(spec, "cpu", nullptr, 1, world);
    REQUIRE(engine);
    (*engine)->advance();
    (*engine)->judge();
    // A weight of this rank alone.
    (*engine)->learner().weights().front().tensor.detach().add_(1);
    std::string message;
    try {
        (*engine)->judge();
    } catch (const base::Thrown& failure) {
        message = failure.error().message;
    }
    CHECK(message == "rank 1 has other weights than rank 0");
}

TEST_CASE("what cannot be shared is refused in words")
{
    const auto errorOf = [](const Value& spec) {
        const TempFolder folder;
        auto run = made(spec, folder);
        run->start();
        const events::RunFinished& end = run->wait();
        CHECK(end.state == events::RunState::Failed);
        return end.error.where + ": " + end.error.message;
    };
    const Value spec = resolved(mlp);
    // Before there is a run.
    const TempFolder none;
    const auto refused =
        Session::create(with(onRanks(spec, 2, 6), {{"distributed.backend", "nccl"}}), {none.path(), "cpu"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/distributed/backend");
    CHECK(errorOf(with(onRanks(spec, 2, 6), {{"model", Object{{"kind", "xgboost"}}}})) ==
          "/distributed/strategy: only networks train on several ranks");
}

}
