// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/engine.h"
#include "core/train/loss_scaler.h"
#include "tests/support/sessions.h"

namespace tests::precision {

using namespace core;
using base::Value;

base::Result<std::unique_ptr<train::Engine>> engineOf(const std::string& precision, const std::string& optimizer)
{
    Value spec = moons(5, 1, 0);
    REQUIRE(spec.setAt("train.precision", precision));
    REQUIRE(spec.setAt("train.optimizer", optimizer));
    return train::Engine::make(spec::resolve(spec, {session::catalog()}).value, "cpu", nullptr, 1);
}

std::vector<double> lossesOf(const std::string& precision, int steps)
{
    const auto engine = engineOf(precision, "sgd");
    REQUIRE(engine);
    std::vector<double> losses;
    for (int i = 0; i < steps; ++i)
        losses.push_back((*engine)->advance().loss);
    return losses;
}

TEST_CASE("training in halves takes nearly the same way, and not the very same")
{
    const std::vector<double> whole = lossesOf("32-true", 10);
    for (const char* half : {"bf16-mixed", "16-mixed"}) {
        INFO(half);
        const std::vector<double> rounded = lossesOf(half, 10);
        CHECK(distance(whole, rounded) > 0);
        CHECK(distance(whole, rounded) < 0.01);
        CHECK(rounded == lossesOf(half, 10));
    }
}

TEST_CASE("the scale of a loss is halved by an overflow and doubled after 2,000 steps without one")
{
    train::LossScaler scaler;
    CHECK(scaler.scale() == 65536);
    scaler.update(false);
    CHECK(scaler.scale() == 32768);
    for (int i = 0; i < 1999; ++i)
        scaler.update(true);
    CHECK(scaler.scale() == 32768);
    const base::Blob saved = tensor::toBlob("loss_scale", scaler.state().tensor);
    scaler.update(true);
    CHECK(scaler.scale() == 65536);
    train::LossScaler resumed;
    REQUIRE(resumed.load(saved));
    CHECK(resumed.scale() == 32768);
    resumed.update(true);
    CHECK(resumed.scale() == 65536);
    CHECK_FALSE(resumed.load({"loss_scale", "F32", {1}, std::string(4, '\0')}));
}

TEST_CASE("a step whose gradients overflow float16 changes no weight")
{
    const auto engine = engineOf("16-mixed", "sgd");
    REQUIRE(engine);
    std::vector<base::Blob> state;
    for (const tensor::NamedTensor& named : (*engine)->learner().state()) {
        state.push_back(tensor::toBlob(named.name, named.tensor));
        if (named.name == "optimizer/loss_scale") {
            const double huge[2] = {1e30, 0};
            state.back().bytes.assign(reinterpret_cast<const char*>(huge), sizeof huge);
        }
    }
    REQUIRE((*engine)->learner().load(state, "here"));
    const std::string before = (*engine)->learner().digest();
    (*engine)->advance();
    CHECK((*engine)->learner().digest() == before);
    for (int i = 0; i < 100; ++i)
        (*engine)->advance();
    CHECK((*engine)->learner().digest() != before);
}

TEST_CASE("a run goes on behind steps that overflow float16, and ends where the loss itself is no number")
{
    Value spec = moons(5, 1, 0);
    REQUIRE(spec.setAt("train.precision", "16-mixed"));
    REQUIRE(spec.setAt("model.init", "normal"));
    REQUIRE(spec.setAt("model.init_scale", 4));
    REQUIRE(spec.setAt("train.optimizer", base::Object{{"kind", "sgd"}, {"lr", 1e-6}}));
    const TempFolder folder;
    const auto session = made(spec::resolve(spec, {session::catalog()}).value, folder);
    REQUIRE(session);
    session->start();
    CHECK(session->wait().error.message == "");

    REQUIRE(spec.setAt("train.optimizer", base::Object{{"kind", "sgd"}, {"lr", 1e30}}));
    const auto lost = made(spec::resolve(spec, {session::catalog()}).value, folder);
    lost->start();
    CHECK_THAT(lost->wait().error.message, Catch::Contains("became"));
}

TEST_CASE("an optimizer that looks at its rows again does not go with a scaled loss")
{
    const auto refused = engineOf("16-mixed", "lbfgs");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/train/precision");
    CHECK(engineOf("bf16-mixed", "lbfgs"));
}

}
