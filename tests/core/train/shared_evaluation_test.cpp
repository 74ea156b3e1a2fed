// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluations whose batches ranks share.
#include "tests/support/golden.h"

#include "core/base/thrown.h"
#include "core/session/inspect.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "core/train/ranks/follower.h"
#include "tests/support/sessions.h"

#include <thread>

namespace tests::shared_evaluation {

using namespace core;
using base::Value;
using train::EvaluationResult;
using train::ranks::World;

Value ranked(const std::string& text, std::int64_t ranks)
{
    Value spec = resolved(text);
    REQUIRE(spec.setAt("distributed.strategy", "ddp"));
    REQUIRE(spec.setAt("distributed.world_size", ranks));
    return spec;
}

// 4 batches of 512 rows to evaluate, the last of them 64 rows.
const std::string moonsOfMany = R"({"data": {"source": "two-moons", "rows": 4000},
    "split": {"train": 0.6, "validation": 0.4, "test": 0}, "model": {"kind": "mlp", "hidden": [1000, 700], "norm": "batch"},
    "train": {"steps": 6, "batch_size": 50, "threads": 1, "seed": 4, "ema": {"decay": 0.9},
              "metrics": ["accuracy", "auc", "calibration_error", "log_loss"]}})";

/// Another rank, that keeps a list of what it was told to do.
class Other {
public:
    explicit Other(std::shared_ptr<World> world, bool fails = false)
        : m_thread([this, world = std::move(world), fails] { work(*world, world, fails); })
    {
    }
    std::string told()
    {
        m_thread.join();
        return m_told;
    }

private:
    void work(World& world, const std::shared_ptr<World>& shared, bool fails)
    {
        if (!world.meet())
            return;
        const train::ranks::Order first = world.hear();
        auto engine = train::Engine::make(first.what["spec"], "cpu", nullptr, 1, shared);
        if (!engine)
            return;
        try {
            for (;;) {
                const train::ranks::Order order = world.hear();
                const std::string kind = order.what["do"].text();
                if (order.what.isNull()) {
                    (*engine)->advance();
                } else if (kind == "pass") {
                    m_told += "pass " + order.what["split"].text() + "; ";
                    if (fails) {
                        world.tellTrouble({base::ErrorKind::Run, "its disk is on fire", "rack 7", {}});
                        break;
                    }
                    (*engine)->passFor(order.what["split"].text());
                } else if (kind == "gather") {
                    (void)(*engine)->learner().weights();
                } else {
                    break;
                }
            }
        } catch (const base::Thrown&) {
            m_told += "lost";
        }
        engine->reset();
        world.leave();
    }

    std::string m_told;
    std::jthread m_thread;
};

// Every figure to its last bit.
std::string figuresOf(const EvaluationResult& result)
{
    std::string all;
    const auto add = [&](const std::string& name, double value) {
        char text[64];
        std::snprintf(text, sizeof text, " %a\n", value);
        all += name + text;
    };
    add("loss", result.loss);
    for (const auto& [name, value] : result.metrics)
        add(name, value);
    for (const std::int64_t count : result.confusion.counts)
        add("confusion", double(count));
    for (const auto& row : result.predictions) {
        add("row", double(row.row));
        add("truth", row.truth);
        add("said", row.predicted);
        add("score", row.confidence);
        add("loss", row.loss);
    }
    return all;
}

TEST_CASE("ranks that share an evaluation find what one finds alone, to the bit")
{
    const std::string pictures = R"({"data": {"source": "fashion-mnist", "rows": 2200},
        "split": {"train": 0.3, "validation": 0.7, "test": 0}, "train": {"steps": 2, "batch_size": 16, "threads": 1},)";
    const std::vector<std::pair<const char*, std::string>> cases{
        {"classes", moonsOfMany},
        {"pictures", pictures + R"("model": {"kind": "cnn", "channels": [4, 6], "norm": "batch"}})"},
        {"numbers",
         R"({"data": {"source": {"kind": "regression"}, "rows": 3000}, "split": {"train": 0.5, "validation": 0.5, "test": 0},
            "model": {"kind": "mlp", "hidden": [1000, 700]}, "train": {"steps": 4, "batch_size": 20, "threads": 1}})"}};
    for (const auto& [name, text] : cases) {
        INFO(name);
        const Value spec = ranked(text, 3);
        auto worlds = World::ofThreads(3, 20);
        REQUIRE(worlds);
        Other second((*worlds)[1]), third((*worlds)[2]);
        const auto& world = (*worlds)[0];
        REQUIRE(world->meet());
        auto engine = train::Engine::make(spec, "cpu", nullptr, 1, world);
        REQUIRE(engine);
        for (int step = 0; step < 2; ++step)
            (*engine)->advance();
        const train::EvaluationRequest tables{true, 24};
        const EvaluationResult validation = (*engine)->evaluated("validation", tables),
                               training = (*engine)->evaluated("train_eval");
        const auto& rows = (*engine)->data().rows(data::SplitName::Validation);
        REQUIRE(rows.size() > 1024);
        const train::MetricSet metrics =
            *train::MetricSet::of(spec::read(spec).train, (*engine)->learner().loss(), (*engine)->data().info());
        train::EvaluationRequest alone = tables;
        alone.metrics = &metrics;
        CHECK(figuresOf(validation) ==
              figuresOf(train::evaluate((*engine)->learner(), (*engine)->data(), rows, alone)));
        const data::RowSet sample = train::trainSample((*engine)->data(), std::uint64_t(spec["train"]["seed"].toInt()));
        alone = {};
        alone.metrics = &metrics;
        CHECK(figuresOf(training) ==
              figuresOf(train::evaluate((*engine)->learner(), (*engine)->data(), sample, alone)));
        world->tell(train::ranks::ending());
        for (Other* other : {&second, &third})
            CHECK(other->told() == (sample.size() > 1024 ? "pass validation; pass train_eval; " : "pass validation; "));
        world->leave();
    }
}

TEST_CASE("an evaluation is shared only where the ranks give the same bits and enough is saved")
{
    const auto toldWith = [](std::vector<std::pair<std::string, Value>> settings) {
        Value spec = ranked(moonsOfMany, 2);
        for (const auto& [path, value] : settings)
            REQUIRE(spec.setAt(path, value));
        auto worlds = World::ofThreads(2, 20);
        REQUIRE(worlds);
        Other other((*worlds)[1]);
        REQUIRE((*worlds)[0]->meet());
        auto engine = train::Engine::make(spec, "cpu", nullptr, 1, (*worlds)[0]);
        REQUIRE(engine);
        (*engine)->advance();
        CHECK(std::isfinite((*engine)->evaluated("validation").loss));
        (*worlds)[0]->tell(train::ranks::ending());
        const std::string told = other.told();
        (*worlds)[0]->leave();
        return told;
    };
    CHECK(toldWith({}) == "pass validation; ");
    CHECK(toldWith({{"distributed.shard_optimizer", true}}) == "pass validation; ");
    CHECK(toldWith({{"distributed.sync_batchnorm", false}}).empty());
    CHECK(toldWith({{"distributed.same_seed", false}}).empty());
    CHECK(toldWith({{"distributed.strategy", "pipeline"}, {"train.ema", Value()}}).find("pass") == std::string::npos);
    CHECK(toldWith({{"data.rows", std::int64_t(1000)}}).empty());
    // What others would pass is less than what it takes to have them pass it: few rows, or a small network.
    CHECK(toldWith({{"data.rows", std::int64_t(1500)}}).empty());
    CHECK(toldWith({{"model.hidden", base::Array{12, 8}}}).empty());
}

TEST_CASE("a rank that is lost while it evaluates is named")
{
    auto worlds = World::ofThreads(2, 20);
    REQUIRE(worlds);
    Other other((*worlds)[1], true);
    REQUIRE((*worlds)[0]->meet());
    auto engine = train::Engine::make(ranked(moonsOfMany, 2), "cpu", nullptr, 1, (*worlds)[0]);
    REQUIRE(engine);
    std::string message;
    try {
        (*engine)->evaluated("validation");
    } catch (const base::Thrown& failure) {
        message = failure.error().message;
    }
    CHECK(message == "rank 1 failed: its disk is on fire");
    CHECK((*worlds)[0]->lost());
    (*worlds)[0]->leave();
}

TEST_CASE("what ranks record of an evaluation is what one process finds in their weights")
{
    const TempFolder folder;
    auto run = Session::create(ranked(moonsOfMany, 2), {folder.path(), "cpu"});
    REQUIRE(run);
    (*run)->start();
    const events::RunFinished end = (*run)->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == events::RunState::Completed);
    const auto evaluation = session::evaluate((*run)->folder(), "validation", "last");
    REQUIRE(evaluation);
    const auto record = store::readRun((*run)->folder());
    REQUIRE(record);
    std::size_t found = 0;
    for (const auto& [name, value] : evaluation->metrics)
        if (const auto series = record->scalars.find(name); series != record->scalars.end()) {
            INFO(name);
            CHECK(series->second.values.back() == value);
            ++found;
        }
    CHECK(found == 5);
}

}
