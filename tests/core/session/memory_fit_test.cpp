// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/session/memory_fit.h"
#include "tests/support/sessions.h"

#include <algorithm>
#include <numeric>

namespace tests::memory_fit {

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

}
