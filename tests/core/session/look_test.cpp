// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/session/look.h"
#include "core/session/past.h"
#include "core/train/engine.h"
#include "tests/support/sessions.h"

#include <cmath>
#include <future>
#include <numeric>

namespace tests::look {

using namespace core;
using session::Seen;
using session::Session;
using train::Engine;

// Pictures from a generator, so that convolutions are looked into as well.
base::Value spec(const std::string& model)
{
    return resolved(R"({"data": {"source": "two-moons", "rows": 150}, "model": )" + model + R"(,
        "train": {"epochs": 3, "batch_size": 16, "optimizer": "adam", "threads": 1, "seed": 3}})");
}

const char* const mlp = R"({"kind": "mlp", "hidden": [24, 16], "activation": "tanh"})";
const char* const tree =
    R"({"kind": "sequential", "layers": [{"kind": "Linear", "out_features": 24}, "ReLU", {"kind": "Linear", "out_features": 6}, "Tanh"]})";

std::unique_ptr<Engine> engineOf(const base::Value& spec)
{
    auto engine = Engine::make(spec, "cpu");
    if (!engine)
        FAIL(base::describe(engine.error()));
    REQUIRE((*engine)->initialize());
    return std::move(*engine);
}

double scoreAt(Engine& engine, const std::vector<float>& input, std::int64_t target)
{
    const at::NoGradGuard noGraph;
    std::vector<double> wide(input.begin(), input.end());
    const at::Tensor row = tensorOf(wide, {1, std::int64_t(input.size())}, at::kFloat);
    return engine.learner().predict(row)[0][target].item<double>();
}

TEST_CASE("a row is seen layer by layer, and its saliency is the slope of the score")
{
    for (const char* model : {mlp, tree}) {
        INFO(model);
        auto engine = engineOf(spec(model));
        for (int i = 0; i < 20; ++i)
            engine->advance();
        const auto seen = train::look(*engine, train::SampleWish{});
        if (!seen)
            FAIL(base::describe(seen.error()));
        CHECK(seen->step == 20);
        CHECK(seen->row == engine->data().rows(data::SplitName::Validation)[0]);
        REQUIRE(seen->layers.size() == 5);
        CHECK(seen->layers[0].name == "0");
        CHECK(seen->layers[0].type == "Linear");
        REQUIRE(seen->probabilities.size() == 2);
        CHECK(seen->probabilities[0] + seen->probabilities[1] == Approx(1));
        CHECK(seen->layers.back().values.size() == seen->outputs.size());
        for (std::size_t c = 0; c < seen->outputs.size(); ++c)
            CHECK(double(seen->layers.back().values[c]) == seen->outputs[c]);
        const double truth = seen->probabilities[std::size_t(seen->truth)];
        CHECK(seen->loss == Approx(-std::log(truth)).epsilon(1e-4));
        for (std::size_t i = 0; i < seen->input.values.size(); ++i) {
            const float h = 1e-2F;
            std::vector<float> up = seen->input.values, down = up;
            up[i] += h;
            down[i] -= h;
            const double slope =
                (scoreAt(*engine, up, seen->target) - scoreAt(*engine, down, seen->target)) / (2 * double(h));
            CHECK(double(seen->saliency.values[i]) == Approx(std::abs(slope)).epsilon(0.02).margin(2e-3));
        }
        CHECK(seen->smoothed.values.size() == seen->saliency.values.size());
        const auto other = train::look(*engine, train::SampleWish{.row = seen->row, .target = 1 - seen->target});
        REQUIRE(other);
        CHECK(other->saliency.values != seen->saliency.values);
    }
}

TEST_CASE("whatever is looked at, the training ends in the same bits")
{
    for (const char* model : {mlp, tree}) {
        auto plain = engineOf(spec(model)), seen = engineOf(spec(model));
        for (int i = 0; i < 15; ++i) {
            plain->advance();
            seen->advance();
            CHECK(train::look(*seen, train::SampleWish{}));
            CHECK(train::look(*seen, train::EmbeddingWish{}));
            CHECK(train::look(*seen, train::RowsWish{}));
            if (i % 5 == 0)
                CHECK(train::look(*seen, train::LandscapeWish{.cells = 3, .linePoints = 3}));
        }
        CHECK(plain->learner().digest() == seen->learner().digest());
        CHECK(tensor::digestOf(plain->learner().state()) == tensor::digestOf(seen->learner().state()));
    }
}

TEST_CASE("rows of a cell are those that the matrix counts")
{
    auto engine = engineOf(spec(mlp));
    for (int i = 0; i < 10; ++i)
        engine->advance();
    const data::RowSet& rows = engine->data().rows(data::SplitName::Validation);
    const auto all = train::evaluate(engine->learner(), engine->data(), rows, {true, 0});
    std::int64_t sum = 0;
    for (std::int64_t truth = 0; truth < 2; ++truth)
        for (std::int64_t said = 0; said < 2; ++said) {
            const auto seen = train::look(*engine, train::RowsWish{truth, said});
            REQUIRE(seen);
            CHECK(seen->all == all.confusion.counts[std::size_t(truth * 2 + said)]);
            CHECK(std::int64_t(seen->rows.size()) == seen->all);
            for (std::size_t i = 1; i < seen->rows.size(); ++i)
                CHECK(seen->rows[i - 1].loss >= seen->rows[i].loss);
            for (const auto& row : seen->rows)
                CHECK(engine->data().target(row.row) == double(truth));
            sum += seen->all;
        }
    CHECK(sum == std::int64_t(rows.size()));
}

TEST_CASE("the principal components hold the variance that they say")
{
    auto engine = engineOf(spec(mlp));
    for (int i = 0; i < 10; ++i)
        engine->advance();
    const auto seen = train::look(*engine, train::EmbeddingWish{});
    REQUIRE(seen);
    CHECK(seen->layer == "3");
    CHECK(seen->width == 16);
    const std::size_t n = seen->rows.size(), d = 16;
    REQUIRE(seen->vectors.size() == n * d);
    double all = 0, first = 0, second = 0, both = 0;
    for (std::size_t k = 0; k < d; ++k) {
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i)
            mean += double(seen->vectors[i * d + k]) / double(n);
        for (std::size_t i = 0; i < n; ++i)
            all += std::pow(double(seen->vectors[i * d + k]) - mean, 2);
    }
    for (std::size_t i = 0; i < n; ++i) {
        first += seen->x[i] * seen->x[i];
        second += seen->y[i] * seen->y[i];
        both += seen->x[i] * seen->y[i];
    }
    CHECK(first / all == Approx(seen->explained[0]).epsilon(1e-6));
    CHECK(second / all == Approx(seen->explained[1]).epsilon(1e-6));
    CHECK(std::abs(both) < 1e-6 * all);
    CHECK(std::accumulate(seen->explained.begin(), seen->explained.end(), 0.0) <= 1 + 1e-9);
}

TEST_CASE("the loss along the next step is here at 0 and behind the update at 1")
{
    auto engine = engineOf(spec(mlp));
    for (int i = 0; i < 12; ++i)
        engine->advance();
    const auto seen = train::look(*engine, train::LandscapeWish{.cells = 5, .linePoints = 17});
    if (!seen)
        FAIL(base::describe(seen.error()));
    CHECK(engine->step() == 12);
    REQUIRE(seen->along.size() == 17);
    CHECK(seen->at[8] == 0);
    CHECK(seen->along[8] == Approx(seen->loss));
    CHECK(seen->at[9] == 1);
    REQUIRE(seen->values.size() == 25);
    CHECK(double(seen->values[12]) == Approx(seen->loss));
    CHECK(double(seen->values[10]) == Approx(seen->along[0]));
    CHECK(double(seen->values[14]) == Approx(seen->along[16]));
    CHECK(seen->yNorm == Approx(seen->stepNorm).epsilon(1e-5));
    const auto lossNow = [&] {
        const auto sample = train::trainSample(engine->data(), 3);
        const train::MetricSet none;
        return train::evaluate(engine->learner(), engine->data(), sample, {false, 0, &none}).loss;
    };
    CHECK(lossNow() == Approx(seen->loss).epsilon(1e-5));
    engine->advance();
    CHECK(lossNow() == Approx(seen->along[9]).epsilon(1e-5));

    const auto random =
        train::look(*engine, train::LandscapeWish{train::LandscapeWish::Directions::Random, 3, 3, 0, 64, 5});
    REQUIRE(random);
    CHECK(random->reachX == 1);
    // Each filter is as long as that of the weights; biases do not move.
    CHECK(random->xNorm == Approx(random->yNorm).epsilon(1e-5));
    CHECK(random->xNorm <= random->weightNorm);
    CHECK(std::hypot(random->stepX, random->stepY) < 1);
}

TEST_CASE("a survey is given up, and leaves nothing behind")
{
    auto engine = engineOf(spec(mlp));
    engine->advance();
    const std::string before = tensor::digestOf(engine->learner().state());
    const auto seen = train::look(*engine, train::LandscapeWish{.cells = 9},
                                  [](std::int64_t done, std::int64_t) { return done < 7; });
    REQUIRE_FALSE(seen);
    CHECK(seen.error().kind == base::ErrorKind::Interrupted);
    CHECK(tensor::digestOf(engine->learner().state()) == before);
    CHECK(engine->step() == 1);
}

TEST_CASE("a recorded run is looked into at any step, a run that trains between two")
{
    const TempFolder folder;
    const auto run = made(spec(mlp), folder);
    run->start();
    run->wait();
    session::Looker looker;
    session::TryOn from;
    from.run = run->folder();
    from.device = "cpu";
    const auto past = session::Past::open(run->folder());
    REQUIRE(past);
    for (const std::int64_t step : {9, 14, 3, 0}) {
        from.step = step;
        const auto seen = looker.look(from, session::SampleWish{});
        if (!seen)
            FAIL(base::describe(seen.error()));
        const auto& look = std::get<session::SampleLook>(*seen);
        CHECK(look.step == step);
        auto engine = past->at(step, "cpu", {});
        REQUIRE(engine);
        const auto again = train::look(**engine, train::SampleWish{});
        REQUIRE(again);
        CHECK(look.outputs == again->outputs);
        CHECK(look.saliency.values == again->saliency.values);
    }
    from.step = 100000;
    const auto beyond = looker.look(from, session::SampleWish{});
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().message.find("no step 100000") != std::string::npos);

    const auto live = made(spec(mlp), folder, true);
    live->start();
    std::promise<base::Result<Seen>> answer;
    REQUIRE(session::look(*live, session::SampleWish{}, {},
                          [&](base::Result<Seen> seen) { answer.set_value(std::move(seen)); }));
    const auto seen = answer.get_future().get();
    REQUIRE(seen);
    CHECK(std::get<session::SampleLook>(*seen).step == 0);
    CHECK(live->post(session::Continue{}));
    CHECK(live->wait().digest == run->finished()->digest);
}

std::vector<float> points(const base::Value& golden)
{
    const auto count = golden["count"].toInt(), width = golden["width"].toInt();
    std::vector<float> all;
    for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t k = 0; k < width; ++k)
            all.push_back(
                float(golden["apart"].toReal() * std::cos(2.1 * double(i % golden["clusters"].toInt()) + double(k)) +
                      std::sin(0.7 * double(i * width + k) + double(i * i) * 0.013)));
    return all;
}

TEST_CASE("t-SNE comes as near as scikit-learn's")
{
    for (const base::Value& golden : tests::golden("look.json")) {
        INFO(golden["count"].toInt());
        const auto found =
            session::tsne(points(golden), golden["width"].toInt(), {golden["perplexity"].toReal(), 1000});
        REQUIRE(found);
        CHECK(found->x.size() == std::size_t(golden["count"].toInt()));
        CHECK(found->divergence == Approx(golden["kl"].toReal()).epsilon(0.05).margin(0.01));
    }
    const auto few = session::tsne({1, 2, 3}, 1, {});
    REQUIRE_FALSE(few);
    CHECK(few.error().message.find("4 to") != std::string::npos);
}

}
