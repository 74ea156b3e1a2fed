// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

#include <xgboost/c_api.h>

#include <cmath>

namespace bench {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;
using core::base::Value;

namespace {

constexpr int repeats = 5;

core::base::Status must(int status)
{
    if (status != 0)
        return Error{ErrorKind::Run, XGBGetLastError(), "XGBoost", {}};
    return {};
}

// A loop of the library alone over the same rows; `evaluated`: it also tells loss and error of both splits in every
// round, as ours does.
Result<double> bareRoundsPerSecond(const core::data::DataModule& data, const Value& spec, bool evaluated)
{
    DMatrixHandle matrices[2] = {};
    for (const int split : {0, 1}) {
        const core::data::Batch rows = data.gather(data.rows(core::data::SplitName(split)).all());
        const at::Tensor input = rows.input.reshape({rows.input.size(0), -1}).contiguous();
        const at::Tensor labels = rows.target.to(at::kFloat).contiguous();
        CORE_CHECK(must(XGDMatrixCreateFromMat(input.const_data_ptr<float>(), bst_ulong(input.size(0)),
                                               bst_ulong(input.size(1)), NAN, &matrices[split])));
        CORE_CHECK(must(XGDMatrixSetFloatInfo(matrices[split], "label", labels.const_data_ptr<float>(),
                                              bst_ulong(labels.numel()))));
    }
    BoosterHandle booster = nullptr;
    CORE_CHECK(must(XGBoosterCreate(matrices, 2, &booster)));
    const std::int64_t classes = data.info().outputs();
    std::vector<std::pair<std::string, std::string>> settings{
        {"verbosity", "0"},
        {"nthread", std::to_string(spec["train"]["threads"].toInt())},
        {"tree_method", "hist"},
        {"eta", "0.3"},
        {"max_depth", std::to_string(spec["model"]["max_depth"].toInt())},
        {"objective", classes == 2 ? "binary:logistic" : "multi:softprob"}};
    if (classes > 2)
        settings.emplace_back("num_class", std::to_string(classes));
    for (const char* metric : {classes == 2 ? "logloss" : "mlogloss", classes == 2 ? "error" : "merror"})
        settings.emplace_back("eval_metric", metric);
    for (const auto& [key, value] : settings)
        CORE_CHECK(must(XGBoosterSetParam(booster, key.c_str(), value.c_str())));
    const std::int64_t rounds = spec["train"]["epochs"].toInt();
    const char* names[] = {"train", "validation"};
    const double start = core::base::steadySeconds();
    for (std::int64_t round = 0; round < rounds; ++round) {
        CORE_CHECK(must(XGBoosterUpdateOneIter(booster, int(round), matrices[0])));
        const char* told = nullptr;
        if (evaluated)
            CORE_CHECK(must(XGBoosterEvalOneIter(booster, int(round), matrices, names, 2, &told)));
    }
    const double seconds = core::base::steadySeconds() - start;
    XGBoosterFree(booster);
    for (DMatrixHandle matrix : matrices)
        XGDMatrixFree(matrix);
    return double(rounds) / seconds;
}

core::base::Status compare(Object& figures, const std::string& name, const char* text)
{
    CORE_TRY(tree, core::base::parseJson(text));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    CORE_TRY(data, core::data::DataModule::open(core::spec::read(checked.value)));
    std::vector<double> ours, bare, overBare, overEvaluated;
    // In turns: a shared machine's speed drifts, the ratio of neighbours drifts less.
    for (int repeat = 0; repeat < repeats; ++repeat) {
        const tests::TempFolder folder;
        CORE_TRY(run, core::session::Session::create(checked.value, {folder.path(), "cpu"}));
        run->start();
        const core::events::RunFinished& result = run->wait();
        if (!result.error.message.empty())
            return result.error;
        ours.push_back(double(result.steps) / result.trainSeconds);
        CORE_TRY(alone, bareRoundsPerSecond(data, checked.value, false));
        CORE_TRY(evaluated, bareRoundsPerSecond(data, checked.value, true));
        bare.push_back(alone);
        overBare.push_back(ours.back() / alone);
        overEvaluated.push_back(ours.back() / evaluated);
    }
    figures.set(name + "_rounds_per_s", median(ours));
    figures.set(name + "_xgboost_rounds_per_s", median(bare));
    figures.set(name + "_ratio_to_xgboost", median(overBare));
    figures.set(name + "_ratio_to_xgboost_evaluated", median(overEvaluated));
    return {};
}

}

Result<Object> boost()
{
    Object figures;
    CORE_CHECK(compare(figures, "small", R"({"data": {"source": "two-moons", "rows": 1000},
        "model": {"kind": "xgboost"}, "train": {"epochs": 300, "threads": 1}})"));
    CORE_CHECK(compare(figures, "table", R"({"data": {"source": "two-moons", "rows": 50000},
        "model": {"kind": "xgboost"}, "train": {"epochs": 100, "threads": 1}})"));
    CORE_CHECK(compare(figures, "pictures", R"({"data": {"source": "fashion-mnist", "rows": 3000},
        "model": {"kind": "xgboost"}, "train": {"epochs": 6, "threads": 1}})"));
    return figures;
}

}
