// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/train/data_facts.h"
#include "core/train/engine.h"
#include "tests/support/sessions.h"

namespace tests::noted {

using namespace core;
using base::Value;

TEST_CASE("what a checkpoint notes of its rows are the rows that it trains on, after an edit too")
{
    const Value spec = resolved(R"({"data": {"source": "two-moons", "rows": 120}, "model": "linear",
        "train": {"epochs": 2, "threads": 1}})");
    auto engine = train::Engine::make(spec, "cpu");
    REQUIRE(engine);
    REQUIRE((*engine)->initialize());
    const auto noted = [&] { return (*engine)->snapshot().state["data"]; };
    const Value before = noted();
    CHECK(before == train::dataFacts((*engine)->data()));
    REQUIRE((*engine)->edit("train.optimizer.lr", 0.01));
    CHECK(noted() == before);
    REQUIRE((*engine)->edit("data.rows", 90));
    const Value after = noted();
    CHECK_FALSE(after["train"] == before["train"]);
    CHECK(after == train::dataFacts((*engine)->data()));
}

}
