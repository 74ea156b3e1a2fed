// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/train/engine.h"
#include "tests/support/sessions.h"

namespace tests::step_tracer {

using namespace core;

std::unique_ptr<train::Engine> engineOf(const base::Value& spec)
{
    auto engine = train::Engine::make(spec, "cpu");
    if (!engine)
        FAIL(base::describe(engine.error()));
    REQUIRE((*engine)->initialize());
    return std::move(*engine);
}

TEST_CASE("a step that is looked at says what its parts did, and trains no other bits")
{
    base::Value spec = moons(5, 1);
    REQUIRE(spec.setAt("train.optimizer", base::Object{{"kind", "sgd"}, {"lr", 0.25}}));
    REQUIRE(spec.setAt("train.clip_grad_norm", 0.125));
    const base::Value resolved = spec::resolve(spec, {session::catalog()}).value;
    auto plain = engineOf(resolved), watched = engineOf(resolved);
    for (int i = 0; i < 6; ++i) {
        const train::StepResult result = plain->advance();
        events::StepTrace trace;
        watched->advance(&trace);
        CHECK(trace.step == i);
        CHECK(trace.rows == 16);
        CHECK(trace.loss == result.loss);
        CHECK(trace.gradNorm == result.gradNorm);
        CHECK(trace.lr == 0.25);
        // Without momentum an update is the rate times the gradient as it was clipped.
        CHECK(trace.clippedNorm == Approx(std::min(0.125, result.gradNorm)).epsilon(1e-4));
        CHECK(trace.updateNorm == Approx(0.25 * trace.clippedNorm).epsilon(1e-4));
        CHECK(trace.lossAfter < trace.loss);
        REQUIRE(trace.layers.size() == 6);
        for (const auto& layer : trace.layers)
            CHECK(layer.update == Approx(0.25 * layer.gradient).epsilon(1e-3));
        CHECK(trace.forwardSeconds > 0);
        CHECK(trace.backwardSeconds > 0);
    }
    CHECK(plain->learner().digest() == watched->learner().digest());
}

}
