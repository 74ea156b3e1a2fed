// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "core/train/engine.h"
#include "tests/support/temp_folder.h"

#include <cmath>

namespace tests {

/// Eight kinds of clothes are learned, then the other two on top of them, from 50 pictures each.
struct ForgettingTrial {
    std::int64_t oldRows = 4000, oldEpochs = 6, newEpochs = 5;
    std::string model = R"({"kind": "cnn", "channels": [16, 32], "hidden": [64]})";
};

/// Of one remedy, one value a seed.
struct ForgettingFigures {
    std::string remedy;
    std::vector<double> before, old, fresh; ///< accuracies on validation rows: old task first and last, new task last
};

inline core::base::Result<core::base::Value> resolvedTrial(const std::string& text, const core::base::Object& settings)
{
    CORE_TRY(tree, core::base::parseJson(text));
    for (const auto& [path, value] : settings)
        CORE_CHECK(tree.setAt(path, value));
    const core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return checked.value;
}

/// A run that knows the first eight classes.
inline core::base::Result<std::filesystem::path> oldTask(const ForgettingTrial& trial, std::int64_t seed,
                                                         const std::filesystem::path& folder)
{
    CORE_TRY(model, core::base::parseJson(trial.model));
    CORE_TRY(spec, resolvedTrial(R"({"data": {"source": "fashion-mnist", "classes": [0, 1, 2, 3, 4, 5, 6, 7]},
        "split": {"train": 0.8, "validation": 0.2, "test": 0},
        "train": {"batch_size": 64, "optimizer": {"kind": "adam", "lr": 0.001}, "threads": 1}})",
                                 {{"data.rows", trial.oldRows},
                                  {"model", model},
                                  {"train.epochs", trial.oldEpochs},
                                  {"train.seed", seed},
                                  {"split.seed", seed}}));
    CORE_TRY(session, core::session::Session::create(spec, {folder, "cpu", false}));
    session->start();
    const core::events::RunFinished result = session->wait();
    if (result.state != core::events::RunState::Completed)
        return result.error;
    return session->folder();
}

/// Appends what a remedy left of the old task in `old` and learned of the new one.
inline core::base::Status addTrial(const ForgettingTrial& trial, const std::filesystem::path& old, std::int64_t seed,
                                   const core::base::Value& remedy, ForgettingFigures& figures)
{
    CORE_TRY(model, core::base::parseJson(trial.model));
    CORE_TRY(spec, resolvedTrial(R"({"data": {"source": "fashion-mnist", "classes": [8, 9], "rows": 1100},
        "split": {"kind": "stratified", "train": 0.0909, "validation": 0.909, "test": 0},
        "train": {"batch_size": 10, "optimizer": {"kind": "adam", "lr": 0.001}, "threads": 1, "incremental": {}}})",
                                 {{"model", model},
                                  {"train.epochs", trial.newEpochs},
                                  {"train.seed", seed},
                                  {"split.seed", seed},
                                  {"train.incremental.old", old.string()},
                                  {"train.incremental.remedy", remedy}}));
    CORE_TRY(engine, core::train::Engine::make(spec, "cpu", nullptr, 1));
    CORE_CHECK(engine->initialize());
    const auto of = [](const auto& values, const std::string& wanted) {
        for (const auto& [name, value] : values)
            if (name == wanted)
                return value;
        return std::nan("");
    };
    figures.before.push_back(of(engine->oldFigures(), "old/accuracy"));
    while (engine->step() < engine->timeline().totalSteps())
        engine->advance();
    const core::train::Judgement last = engine->judge();
    figures.old.push_back(of(last.old, "old/accuracy"));
    figures.fresh.push_back(of(last.values, "validation/accuracy"));
    return {};
}

/// Every remedy, `none` first, over seeds 1 … `seeds`.
inline core::base::Result<std::vector<ForgettingFigures>> forgettingOverSeeds(const ForgettingTrial& trial, int seeds)
{
    const TempFolder folder;
    std::vector<ForgettingFigures> all;
    for (const core::base::Entry& entry : core::train::allRemedies().family().entries)
        entry.kind == "none" ? (void)all.insert(all.begin(), {entry.kind, {}, {}, {}})
                             : (void)all.push_back({entry.kind, {}, {}, {}});
    for (int seed = 1; seed <= seeds; ++seed) {
        CORE_TRY(old, oldTask(trial, seed, folder.path()));
        for (ForgettingFigures& figures : all)
            CORE_CHECK(addTrial(trial, old, seed, figures.remedy, figures));
    }
    return all;
}

inline double meanOf(const std::vector<double>& values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / double(values.size());
}

/// Standard deviation, ddof 0.
inline double spreadOf(const std::vector<double>& values)
{
    const double mean = meanOf(values);
    double sum = 0;
    for (const double value : values)
        sum += (value - mean) * (value - mean);
    return std::sqrt(sum / double(values.size()));
}

}
