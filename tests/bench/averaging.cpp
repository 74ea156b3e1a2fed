// SPDX-License-Identifier: GPL-3.0-or-later
// What accumulation and averaged weights cost a training, against the same training without.
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/train/engine.h"
#include "tests/bench/bench.h"

namespace bench {

using core::base::Object;
using core::base::Result;
using core::base::Value;

namespace {

constexpr int averagingRounds = 15;

Result<std::unique_ptr<core::train::Engine>> engineOf(const std::string& text, const Object& settings)
{
    CORE_TRY(tree, core::base::parseJson(text));
    for (const auto& [path, value] : settings)
        CORE_CHECK(tree.setAt(path, value));
    const core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return core::train::Engine::make(checked.value, "cpu", nullptr, 1);
}

double secondsFor(core::train::Engine& engine, std::int64_t batches)
{
    const double begin = core::base::steadySeconds();
    const std::int64_t accumulate = engine.timeline().plan().accumulate;
    for (std::int64_t i = 0; i < batches; i += accumulate)
        engine.advance();
    return core::base::steadySeconds() - begin;
}

// Seconds with `settings` by seconds without, for the same batches; in short turns that swap places, since a shared
// machine's speed drifts.
Result<double> cost(const std::string& text, const Object& settings, std::int64_t batches)
{
    CORE_TRY(plain, engineOf(text, {}));
    CORE_TRY(other, engineOf(text, settings));
    secondsFor(*plain, batches);
    secondsFor(*other, batches);
    std::vector<double> ratios;
    for (int round = 0; round < averagingRounds; ++round) {
        const bool first = round % 2 == 0;
        const double a = secondsFor(first ? *plain : *other, batches);
        const double b = secondsFor(first ? *other : *plain, batches);
        ratios.push_back(first ? b / a : a / b);
    }
    return median(ratios);
}

}

Result<Object> averaging()
{
    const std::string mlp = R"({"data": {"source": "two-moons", "rows": 4570}, "split": {"train": 0.7, "validation": 0},
        "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
        "train": {"epochs": 100000, "batch_size": 32, "optimizer": "adamw"}})";
    const std::string cnn =
        R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0},
        "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
        "train": {"epochs": 1000, "batch_size": 64, "optimizer": "adamw"}})";
    const Object ema{{"train.ema", Object{}}}, accumulate{{"train.accumulate", 4}};
    CORE_TRY(emaMlp, cost(mlp, ema, 2000));
    CORE_TRY(emaCnn, cost(cnn, ema, 12));
    CORE_TRY(accumulateMlp, cost(mlp, accumulate, 2000));
    CORE_TRY(accumulateCnn, cost(cnn, accumulate, 12));
    return Object{{"ema_time_ratio_mlp", emaMlp},
                  {"ema_time_ratio_cnn", emaCnn},
                  {"accumulate_time_ratio_mlp", accumulateMlp},
                  {"accumulate_time_ratio_cnn", accumulateCnn},
                  {"means", "seconds with it by seconds without, for the same batches; 1 costs nothing"}};
}

}
