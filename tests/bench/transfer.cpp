// SPDX-License-Identifier: GPL-3.0-or-later
// Eight classes of Fashion-MNIST are learned first; then the other two from 50 pictures each, from scratch and from
// what was learned. The classes that are held out: DESCENT_BENCH_CLASSES, two numbers such as 2,4.
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/store/checkpoint.h"
#include "core/train/engine.h"
#include "tests/bench/bench.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace bench {

using core::base::Array;
using core::base::Object;
using core::base::Result;
using core::base::Value;
using core::train::Engine;

namespace {

constexpr int seeds = 7;

const char* const teacher = R"({"data": {"source": "fashion-mnist"}, "split": {"train": 0.9, "validation": 0.02},
    "model": {"kind": "cnn", "channels": [16, 32, 64], "hidden": [], "norm": "batch"},
    "train": {"epochs": 3, "batch_size": 64, "optimizer": {"kind": "adamw", "lr": 0.002}, "schedule": "one_cycle",
        "threads": 1}})";
// Of 12,000 pictures 100 are learned from, and 3,600 tell how well.
const char* const pupil = R"({"data": {"source": "fashion-mnist"},
    "split": {"kind": "stratified", "train": 0.0083333, "validation": 0.3, "test": 0.6916667},
    "model": {"kind": "cnn", "channels": [16, 32, 64], "hidden": [], "norm": "batch"},
    "train": {"epochs": 10, "batch_size": 20, "optimizer": {"kind": "adam", "lr": 0.001}, "threads": 1}})";

Result<Value> resolvedOf(const std::string& text, const Object& settings)
{
    CORE_TRY(tree, core::base::parseJson(text));
    for (const auto& [path, value] : settings)
        CORE_CHECK(tree.setAt(path, value));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

struct Learned {
    double accuracy = 0, seconds = 0;
    std::int64_t rows = 0;
    std::vector<core::base::Blob> weights;
};

Result<Learned> learn(const std::string& text, const Object& settings)
{
    CORE_TRY(resolved, resolvedOf(text, settings));
    CORE_TRY(engine, Engine::make(resolved, "cpu", nullptr, 1));
    CORE_TRY(notes, engine->initialize());
    (void)notes;
    const double begin = core::base::steadySeconds();
    while (engine->step() < engine->timeline().totalSteps())
        engine->advance();
    Learned learned;
    learned.seconds = core::base::steadySeconds() - begin;
    for (const auto& [name, value] : engine->judge().values)
        if (name == "validation/accuracy")
            learned.accuracy = value;
    learned.rows = engine->data().epochItems();
    learned.weights = core::store::modelWeights(engine->snapshot().tensors);
    return learned;
}

struct Spread {
    double mean = 0, deviation = 0;
};

Spread spreadOf(const std::vector<double>& values)
{
    Spread spread;
    for (const double value : values)
        spread.mean += value / double(values.size());
    for (const double value : values)
        spread.deviation += (value - spread.mean) * (value - spread.mean);
    spread.deviation = std::sqrt(spread.deviation / double(values.size() - 1));
    return spread;
}

void write(Object& figures, const std::string& name, const std::vector<double>& accuracies)
{
    const Spread spread = spreadOf(accuracies);
    Array all;
    for (const double accuracy : accuracies)
        all.emplace_back(accuracy);
    figures.set(name + "_accuracy", spread.mean);
    figures.set(name + "_spread", spread.deviation);
    figures.set(name + "_accuracies", std::move(all));
}

}

Result<Object> transfer()
{
    const char* chosen = std::getenv("DESCENT_BENCH_CLASSES");
    CORE_TRY(two, core::base::parseJson("[" + std::string(chosen ? chosen : "2,4") + "]"));
    Array eight;
    for (std::int64_t c = 0; c < 10; ++c)
        if (!(two.array()[0] == Value(c)) && !(two.array()[1] == Value(c)))
            eight.emplace_back(c);
    CORE_TRY(first, learn(teacher, {{"data.classes", eight}}));
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("descent-transfer-" + std::to_string(::getpid()) + ".safetensors");
    std::vector<core::base::BlobView> views;
    for (const core::base::Blob& blob : first.weights)
        views.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
    CORE_CHECK(core::store::writeSafetensors(file, {{"format", "pt"}}, views));
    std::vector<double> scratch, frozen, tuned, adapted, frozenTime, scratchTime;
    std::int64_t rows = 0;
    for (std::int64_t seed = 0; seed < seeds; ++seed) {
        const Object plain{{"data.classes", two}, {"train.seed", seed}, {"split.seed", seed}};
        const auto with = [&](std::initializer_list<core::base::Member> more) {
            Object settings = plain;
            settings.set("model.initialize_from", file.string());
            for (const auto& [path, value] : more)
                settings.set(path, value);
            return settings;
        };
        CORE_TRY(alone, learn(pupil, plain));
        CORE_TRY(extracted, learn(pupil, with({{"model.freeze", "backbone"}, {"train.optimizer.lr", 0.003}})));
        CORE_TRY(finetuned, learn(pupil, with({{"model.freeze", 2}})));
        CORE_TRY(lora, learn(pupil, with({{"model.lora", Object{{"rank", 4}}}, {"train.optimizer.lr", 0.003}})));
        scratch.push_back(alone.accuracy);
        frozen.push_back(extracted.accuracy);
        tuned.push_back(finetuned.accuracy);
        adapted.push_back(lora.accuracy);
        scratchTime.push_back(alone.seconds);
        frozenTime.push_back(extracted.seconds);
        rows = alone.rows;
    }
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    Object figures{{"held_out", two}, {"rows", rows}, {"seeds", seeds}, {"teacher_accuracy", first.accuracy}};
    write(figures, "scratch", scratch);
    write(figures, "feature_extraction", frozen);
    write(figures, "fine_tuning", tuned);
    write(figures, "lora", adapted);
    figures.set("gain", spreadOf(tuned).mean - spreadOf(scratch).mean);
    figures.set("gain_by_spread", (spreadOf(tuned).mean - spreadOf(scratch).mean) /
                                      std::max(spreadOf(scratch).deviation, spreadOf(tuned).deviation));
    figures.set("frozen_time_ratio", median(frozenTime) / median(scratchTime));
    figures.set("means", "accuracy on 3,600 other pictures of the two classes; spread: standard deviation over seeds");
    return figures;
}

}
