// SPDX-License-Identifier: GPL-3.0-or-later
// A run on several ranks of this machine that goes on until something happens to it.
#pragma once

#include "core/store/checkpoint.h"
#include "tests/support/processes.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests {

inline const std::string spreadExperiment = R"({"name": "spread", "data": {"source": "two-moons", "rows": 150},
    "model": {"kind": "mlp", "hidden": [12], "norm": "batch"},
    "train": {"epochs": 4, "batch_size": 8, "optimizer": {"kind": "adam", "lr": 0.01, "eps": 1e-3}, "threads": 1, "seed": 3}})";

/// Going, with its first keyframe.
struct LaunchedRun {
    TempFolder folder;
    std::filesystem::path runs = folder.path() / "runs";
    std::vector<std::string> arguments;
    Running running;
    std::vector<int> others; ///< the ranks' processes but the first's

    explicit LaunchedRun(int ranks, const std::vector<std::string>& settings = {}, int epochs = 1'000'000)
        : arguments(argumentsOf(ranks, settings, epochs)),
          running(cliCommand(arguments))
    {
        INFO(running.errorsSoFar());
        REQUIRE(until([&] {
            others = childrenOf(running.pid());
            return others.size() == std::size_t(ranks - 1) && step() > 0;
        }));
        // Nobody on the network is listened to, whatever the ranks do.
        checkListeners(running.pid());
        for (const int pid : others)
            checkListeners(pid);
    }
    static void checkListeners(int pid)
    {
        for (const std::string& listener : listenersOf(pid)) {
            INFO(listener);
            CHECK(onLoopback(listener));
        }
    }

    std::filesystem::path run() const
    {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(runs, none))
            if (entry.is_directory())
                return entry.path();
        return {};
    }
    /// Of the newest keyframe; 0: there is none.
    std::int64_t step() const
    {
        const std::filesystem::path where = run();
        if (where.empty())
            return 0;
        const auto all = core::store::listCheckpoints(where / "checkpoints");
        return all.empty() ? 0 : all.back().step;
    }
    /// What `runs show` tells a person.
    core::base::Array notices() const
    {
        const core::base::Value shown = cli({"runs", "show", run().string(), "--json"}).json();
        REQUIRE(shown["runs"].array().size() == 1);
        return shown["runs"].array()[0]["notices"].array();
    }
    /// The digest of the same run when nothing happens to it.
    std::string undisturbed() const
    {
        std::vector<std::string> words = arguments;
        *std::find(words.begin(), words.end(), runs.string()) = (folder.path() / "undisturbed").string();
        const Ended ended = cli(words);
        INFO(ended.err);
        REQUIRE(ended.status == 0);
        return ended.json()["digest"].text();
    }

private:
    std::vector<std::string> argumentsOf(int ranks, const std::vector<std::string>& settings, int epochs) const
    {
        std::vector<std::string> words{"launch",
                                       folder.file("spread.experiment.json", spreadExperiment).string(),
                                       "--nproc",
                                       std::to_string(ranks),
                                       "--runs",
                                       runs.string(),
                                       "--resume",
                                       "auto",
                                       "--json",
                                       "--set",
                                       "train.epochs=" + std::to_string(epochs)};
        for (const std::string& each : settings)
            words.insert(words.end(), {"--set", each});
        return words;
    }
};

}
