// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks and GPUs on the command line. What needs one is skipped where there is none.
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::gpu_ranks_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string experiment = R"({"name": "gpus", "data": {"source": "two-moons", "rows": 150},
    "model": {"kind": "mlp", "hidden": [12], "norm": "batch"},
    "train": {"epochs": 4, "batch_size": 8, "optimizer": {"kind": "adam", "lr": 0.01, "eps": 1e-3}, "threads": 1, "seed": 3}})";

std::size_t gpusHere()
{
    return cli({"doctor", "--json"}).json()["devices"].array().size() - 1;
}

}

TEST_CASE("GPUs that are not there, or not enough for NCCL, are told before anything starts")
{
    const TempFolder folder;
    const std::string file = folder.file("gpus.experiment.json", experiment), runs = folder.path() / "runs";
    const auto absent = cli({"train", file, "--device", "cuda:0,99", "--runs", runs, "--json"});
    CHECK(absent.status == 5);
    const auto twice = cli({"train", file, "--device", "cuda:0,0", "--runs", runs, "--json"});
    CHECK(twice.status == 2);
    CHECK(twice.json()["error"]["message"].text().find("twice") != std::string::npos);
    const auto processor = cli({"launch", file, "--nproc", "2", "--device", "cpu", "--set", "distributed.backend=nccl",
                                "--runs", runs, "--json"});
    CHECK(processor.status == 2);
    CHECK(processor.json()["error"]["where"].text() == "/distributed/backend");
    CHECK_FALSE(std::filesystem::exists(runs));
}

TEST_CASE("two ranks that share a GPU over Gloo learn what one process learns on it", "[gpu]")
{
    if (gpusHere() == 0) {
        WARN("skipped: there is no GPU");
        return;
    }
    const TempFolder folder;
    const std::string file = folder.file("gpus.experiment.json", experiment), runs = folder.path() / "runs";
    const auto one =
        cli({"train", file, "--device", "cuda:0", "--set", "train.batch_size=16", "--runs", runs, "--json"});
    REQUIRE(one.status == 0);
    const auto two = cli({"launch", file, "--nproc", "2", "--device", "cuda:0", "--runs", runs, "--json"});
    INFO(two.out << two.err);
    REQUIRE(two.status == 0);
    const Value single = one.json()["metrics"], shared = two.json()["metrics"];
    for (const char* name : {"train/loss", "validation/loss"})
        CHECK(std::abs(single[name].toReal() - shared[name].toReal()) < 1e-4);
    const auto tooMany = cli({"launch", file, "--nproc", "2", "--device", "cuda:0", "--set", "distributed.backend=nccl",
                              "--runs", runs, "--json"});
    CHECK(tooMany.status == 5);
    CHECK(tooMany.json()["error"]["message"].text().find("NCCL takes one rank on each") != std::string::npos);
}

TEST_CASE("what ranks divide and compress on GPUs is what they do on processors", "[gpu]")
{
    const std::size_t gpus = gpusHere();
    if (gpus == 0) {
        WARN("skipped: there is no GPU");
        return;
    }
    const TempFolder folder;
    const std::string file = folder.file("gpus.experiment.json", experiment), runs = folder.path() / "runs";
    const auto trained = [&](const char* device, std::vector<std::string> settings) {
        std::vector<std::string> words{"launch", file, "--nproc", "2", "--device", device, "--runs", runs, "--json"};
        for (const std::string& each : settings)
            words.insert(words.end(), {"--set", each});
        const auto ended = cli(words);
        INFO(ended.out << ended.err);
        REQUIRE(ended.status == 0);
        // NCCL complains of a group that was left as it was.
        CHECK(ended.err.find("destroy_process_group") == std::string::npos);
        return ended.json()["metrics"]["validation/loss"].toReal();
    };
    for (const char* setting : {"distributed.strategy=pipeline", "distributed.shard_optimizer=true",
                                "distributed.compression=fp16", "distributed.compression=powersgd"}) {
        INFO(setting);
        const double there = trained("cpu", {setting});
        CHECK(std::abs(trained("cuda:0", {setting, "distributed.backend=gloo"}) - there) < 5e-3);
        if (gpus > 1)
            CHECK(std::abs(trained("cuda:0,1", {setting, "distributed.backend=nccl"}) - there) < 5e-3);
    }
}

}
