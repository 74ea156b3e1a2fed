// SPDX-License-Identifier: GPL-3.0-or-later
// What several ranks trained is trained again by as many: certificates, drills, branches between two keyframes.
#include "tests/support/ranks.h"

namespace tests::replay_ranks_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

// Dropout that each rank draws, statistics of all ranks: one process would not have these bits.
constexpr const char* drawnByRanks = R"({"name": "drawn", "data": {"source": "two-moons", "rows": 120},
    "model": {"kind": "mlp", "hidden": [32, 32], "norm": "batch", "dropout": 0.2},
    "train": {"epochs": 6, "batch_size": 8, "threads": 1, "seed": 5, "optimizer": "adam",
              "checkpoint": {"every_steps": 10}},
    "distributed": {"strategy": "ddp", "world_size": 2}})";

struct Ranked {
    TempFolder folder;
    std::string file = folder.file("drawn.experiment.json", drawnByRanks).string();
    std::string runs = (folder.path() / "runs").string();

    Value run(std::vector<std::string> words) const
    {
        words.insert(words.end(), {"--runs", runs, "--json"});
        const tests::Ended ended = cli(words);
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.json();
    }
};

}

TEST_CASE("a training of ranks is certified, and branches from it end in its bits wherever they begin")
{
    for (const std::string way :
         {"distributed.compression=none", "distributed.compression=powersgd", "distributed.shard_optimizer=true"}) {
        INFO(way);
        const Ranked ranked;
        const Value trained = ranked.run({"train", ranked.file, "--set", way});
        const std::string run = trained["run"].text(), proof = (ranked.folder.path() / "proof.json").string();
        const Value told = ranked.run({"replay", run, "--output", proof});
        CHECK(told["identical"].toBool());
        CHECK(told["steps_checked"].toInt() > 10);
        CHECK(told["digest"].text() == trained["digest"].text());
        for (const char* step : {"20", "23"}) {
            INFO(step);
            CHECK(ranked.run({"branch", run, "--at", step})["digest"].text() == trained["digest"].text());
        }
        if (way != "distributed.compression=none")
            continue;
        // Another person has the certificate alone.
        CHECK(ranked.run({"replay", proof})["identical"].toBool());
        // A branch with changes is trained by ranks as well.
        const Value branch = ranked.run({"branch", run, "--at", "15", "--set", "train.optimizer.lr=0.002"});
        CHECK(ranked.run({"replay", branch["run"].text(), "--output", proof})["identical"].toBool());
        CHECK(ranked.run({"replay", proof})["identical"].toBool());
    }
}

TEST_CASE("ranks that are killed as a job lose nothing, and the certificate says so")
{
    const Ranked ranked;
    const std::string digest = ranked.run({"train", ranked.file})["digest"].text();
    const Value told = ranked.run({"job", "drill", ranked.file, "--at", "7", "--at", "25"});
    CHECK(told["identical"].toBool());
    CHECK(told["first_difference"].isNull());
    CHECK(told["digest"].text() == digest);
}

}
