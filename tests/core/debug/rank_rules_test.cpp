// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of a training that several ranks share: one that is sick, and one that is not.
#include "core/base/json.h"
#include "core/debug/fix.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::rank_rules_test {

using test::fires;
using test::rule;

TEST_CASE("a replica with other weights is told once, and again after it had been the same")
{
    CHECK(fires("ranks/0/weights_digest: 5 6 7 8 9\nranks/1/weights_digest: 5 1 1 8 2", rule("ReplicasDiffer")) ==
          "1 4");
    CHECK(fires("ranks/0/weights_digest: 5 6 7\nranks/1/weights_digest: 5 1 2",
                rule("ReplicasDiffer", {{"patience", 2}})) == "2");
    CHECK(fires("ranks/0/weights_digest: 5 6 7\nranks/1/weights_digest: 5 6 7", rule("ReplicasDiffer")).empty());
}

TEST_CASE("ranks that learn from the same rows three times running are told")
{
    CHECK(fires("ranks/0/batch_digest: 5 6 7 8\nranks/1/batch_digest: 4 6 7 8", rule("SameRowsOnRanks")) == "3");
    CHECK(fires("ranks/0/batch_digest: 5 6 7 8\nranks/1/batch_digest: 4 6 7 9", rule("SameRowsOnRanks")).empty());
    // Any two of them, and not those that had no rows.
    CHECK(fires("ranks/0/batch_digest: 1 2 3\nranks/1/batch_digest: 5 6 7\nranks/2/batch_digest: 5 6 7",
                rule("SameRowsOnRanks")) == "2");
    CHECK(
        fires("ranks/0/batch_digest: nan nan nan\nranks/1/batch_digest: nan nan nan", rule("SameRowsOnRanks")).empty());
}

TEST_CASE("batch norm that each rank does for itself is told where the weights are the same")
{
    const std::string rows = "\nranks/0/rows: 8 8\nranks/1/rows: 8 8";
    const std::string same = "\nranks/0/weights_digest: 3 3\nranks/1/weights_digest: 3 3";
    const std::string other = "\nranks/0/weights_digest: 3 3\nranks/1/weights_digest: 4 4";
    const std::string apart = "ranks/0/statistics_digest: 1 1\nranks/1/statistics_digest: 1 2";
    CHECK(fires(apart + same + rows, rule("BatchNormNotSynchronized")) == "1");
    CHECK(fires(apart + other + rows, rule("BatchNormNotSynchronized")).empty());
    CHECK(fires("ranks/0/statistics_digest: 1 1\nranks/1/statistics_digest: 1 1" + same + rows,
                rule("BatchNormNotSynchronized"))
              .empty());
}

TEST_CASE("a rate for one rank is told once where several train at it")
{
    const auto at = [](bool scaled) {
        core::debug::RunFacts facts;
        facts.spec = core::base::Object{{"distributed", core::base::Object{{"scale_lr", scaled}}}};
        return facts;
    };
    const std::string two = "train/lr: 0.1 0.1\nranks/0/rows: 8 8\nranks/1/rows: 8 8";
    CHECK(fires(two, rule("RateNotScaled"), at(false)) == "0");
    CHECK(fires(two, rule("RateNotScaled", {{"threshold", 2}}), at(false)).empty());
    CHECK(fires(two, rule("RateNotScaled"), at(true)).empty());
    CHECK(fires("train/lr: 0.1 0.1\nranks/0/rows: 8 8", rule("RateNotScaled"), at(false)).empty());
}

TEST_CASE("a rank that computes much longer than the others is told")
{
    const auto trace = [](const char* slow) {
        std::string text;
        for (int rank = 0; rank < 3; ++rank) {
            text += (rank > 0 ? "\nranks/" : "ranks/") + std::to_string(rank) + "/compute_seconds:";
            for (int step = 0; step < 40; ++step)
                text += rank == 1 ? std::string(" ") + slow : " 0.010";
        }
        return text;
    };
    CHECK(fires(trace("0.020"), rule("SlowRank")) == "19");
    CHECK(fires(trace("0.020"), rule("SlowRank", {{"threshold", 2.5}})).empty());
    CHECK(fires(trace("0.012"), rule("SlowRank")).empty());
}

TEST_CASE("fixes of ranks are edits of their settings, and none for one process")
{
    using namespace core;
    const auto spec = [](const char* strategy) {
        return *base::parseJson(std::string(R"({"distributed": {"strategy": ")") + strategy +
                                R"(", "world_size": 4, "scale_lr": false, "sync_batchnorm": false, "same_seed": false,
                                    "shard_data": true}})");
    };
    for (const char* key : {"scale_lr", "sync_batchnorm", "same_seed"}) {
        const auto changes = debug::fixNamed(key)->changes(spec("ddp"));
        REQUIRE(changes);
        CHECK(*changes == debug::Changes{{std::string("distributed.") + key, true}});
        CHECK_FALSE(debug::fixNamed(key)->changes(spec("none")));
    }
    CHECK_FALSE(debug::fixNamed("shard_data")->changes(spec("ddp")));
    CHECK(*debug::fixNamed("fewer_ranks")->changes(spec("ddp")) == debug::Changes{{"distributed.world_size", 2}});
}

}
