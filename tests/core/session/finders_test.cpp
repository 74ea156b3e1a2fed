// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/session/finders.h"
#include "core/train/aside.h"
#include "core/train/engine.h"
#include "tests/support/golden.h"
#include "tests/support/sessions.h"

#include <future>

namespace tests::finders {

using namespace core;
using session::Session;
using train::Engine;

std::unique_ptr<Engine> engineOf(const base::Value& spec)
{
    auto engine = Engine::make(spec, "cpu");
    if (!engine)
        FAIL(base::describe(engine.error()));
    REQUIRE((*engine)->initialize());
    return std::move(*engine);
}

void train(Engine& engine, std::int64_t steps)
{
    for (std::int64_t i = 0; i < steps; ++i) {
        engine.advance();
        if (engine.judgeDue())
            engine.judge();
    }
}

TEST_CASE("the suggested rates are fastai's")
{
    for (const base::Value& golden : golden("suggestions.json")) {
        const auto found = train::suggestRates(flat(golden["lr"]), flat(golden["smoothed"]), golden["steps"].toInt());
        REQUIRE(found.size() == 3);
        for (const auto& [name, lr] : found) {
            INFO(name);
            CHECK(lr == Approx(golden[name].toReal()).epsilon(1e-9));
        }
    }
}

TEST_CASE("a loss that never falls suggests no rate, and neither do too few points")
{
    std::vector<double> lr, rising;
    for (int i = 0; i < 60; ++i) {
        lr.push_back(1e-5 * std::pow(1.3, i));
        rising.push_back(1 + 0.1 * i);
    }
    CHECK(train::suggestRates(lr, rising, 60).empty());
    CHECK(train::suggestRates({1, 2, 3}, {3, 2, 1}, 100).empty());
}

TEST_CASE("what is tried aside leaves no trace, whatever it did")
{
    const base::Value spec = moons(7, 1);
    auto plain = engineOf(spec), tried = engineOf(spec);
    for (const std::int64_t before : {0, 5, 17, 30}) {
        train(*plain, before - plain->step());
        train(*tried, before - tried->step());
        REQUIRE(train::rangeTest(*tried, {}));
        const auto search = train::searchBatchSize(*tried, {8, 64, 0.001});
        REQUIRE(search);
        CHECK(search->step == before);
        const auto proof = train::aside(*tried, [](Engine& engine) -> base::Status {
            CORE_CHECK(engine.edit("model.dropout", 0.5));
            CORE_CHECK(engine.edit("data.rows", 90));
            train(engine, 20);
            throw std::runtime_error("it broke");
        });
        REQUIRE_FALSE(proof);
        CHECK(proof.error().message == "it broke");
    }
    train(*plain, 20);
    train(*tried, 20);
    CHECK(plain->learner().digest() == tried->learner().digest());
    REQUIRE(plain->best());
    CHECK(plain->best()->value == tried->best()->value);
    CHECK(plain->best()->step == tried->best()->step);
}

TEST_CASE("a range test grows the rate by equal factors and ends where the loss diverges")
{
    auto engine = engineOf(moons(1, 1, 0));
    const auto calm = train::rangeTest(*engine, {1e-6, 1e-2, 40});
    REQUIRE(calm);
    REQUIRE(calm->lr.size() == 40);
    CHECK_FALSE(calm->diverged);
    CHECK(calm->lr.front() == Approx(1e-6));
    CHECK(calm->lr.back() == Approx(1e-2));
    for (std::size_t i = 1; i < calm->lr.size(); ++i)
        CHECK(calm->lr[i] / calm->lr[i - 1] == Approx(std::pow(1e4, 1.0 / 39)));
    // The first smoothed value is the first loss.
    CHECK(calm->smoothed.front() == Approx(calm->loss.front()));
    REQUIRE(engine->edit("train.optimizer.lr", 1e-3));
    const auto wild = train::rangeTest(*engine, {1e-3, 1e4, 100});
    REQUIRE(wild);
    CHECK(wild->diverged);
    CHECK(wild->lr.size() < 100);
    CHECK_FALSE(train::rangeTest(*engine, {1, 0.1, 100}));
}

TEST_CASE("batch sizes are doubled as far as the rows and the memory go")
{
    auto engine = engineOf(moons(1, 1));
    const auto search = train::searchBatchSize(*engine, {4, 1000, 0.001});
    REQUIRE(search);
    REQUIRE(search->trials.size() == 5); // 4 … 64 of 105 rows
    CHECK(search->present == 16);
    CHECK(search->largest == 64);
    CHECK(search->fastest >= 4);
    CHECK(search->freeBytes > 1'000'000);
    for (std::size_t i = 1; i < search->trials.size(); ++i)
        CHECK(search->trials[i].bytes > search->trials[i - 1].bytes);
    // The activations of both hidden layers and their gradients at least.
    CHECK(search->trials.back().bytes > 64 * 2 * 24 * 4);
    train::BatchSearchOptions tight{4, 1000, 0.001};
    tight.memoryShare = 1.5 * double(search->trials[2].bytes) / double(search->freeBytes);
    const auto little = train::searchBatchSize(*engine, tight);
    REQUIRE(little);
    CHECK(little->largest < 64);
    CHECK_FALSE(little->trials.back().fits);
}

TEST_CASE("a run that is borrowed for a range test between two steps ends in the bits that it would have had")
{
    const base::Value spec = moons(3, 1);
    TempFolder folder;
    auto plain = made(spec, folder);
    plain->start();
    const std::string digest = plain->wait().digest;

    auto run = made(spec, folder, true);
    Watcher watcher;
    const auto watching = run->events().subscribe(watcher);
    run->start();
    for (std::int64_t step = 1; step <= 9; ++step) {
        REQUIRE(run->post(session::SingleStep{}));
        REQUIRE(until([&] { return watcher.steps() >= step; }));
    }
    std::promise<base::Result<session::RangeTest>> told;
    REQUIRE(session::rangeTest(*run, {}, {}, [&](auto found) { told.set_value(std::move(found)); }));
    const auto test = told.get_future().get();
    REQUIRE(test);
    CHECK(test->step == 9);
    CHECK(test->suggestions.size() == 3);
    CHECK(watcher.steps() == 9);
    std::promise<base::Result<session::BatchSearch>> given;
    REQUIRE(session::searchBatchSize(
        *run, {}, [](std::int64_t, std::int64_t) { return false; },
        [&](auto found) { given.set_value(std::move(found)); }));
    const auto givenUp = given.get_future().get();
    REQUIRE_FALSE(givenUp);
    CHECK(givenUp.error().kind == base::ErrorKind::Interrupted);
    REQUIRE(run->post(session::Continue{}));
    CHECK(run->wait().digest == digest);

    // Of a recorded run, at any of its steps: the same answer as at that step itself.
    const auto later = session::rangeTest(session::TryOn{{}, run->folder(), 9, "cpu"}, {});
    REQUIRE(later);
    CHECK(later->loss == test->loss);
    CHECK(later->digest == test->digest);
}

TEST_CASE("whoever asks a run that ends is told so")
{
    TempFolder folder;
    auto run = made(moons(3, 1), folder);
    run->start();
    run->wait();
    std::promise<base::Result<session::RangeTest>> told;
    (void)session::rangeTest(*run, {}, {}, [&](auto found) { told.set_value(std::move(found)); });
    run.reset();
    const auto test = told.get_future().get();
    REQUIRE_FALSE(test);
    CHECK(test.error().kind == base::ErrorKind::Interrupted);
}

}
