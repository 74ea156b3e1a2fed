// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/train/evaluator.h"
#include "core/train/threads.h"
#include "tests/bench/compared.h"
#include "tests/support/temp_folder.h"

#include <fstream>

namespace bench {

using core::base::Object;
using core::base::Result;
using core::base::Value;
namespace data = core::data;
namespace train = core::train;

namespace {

constexpr int metricRepeats = 15;

double secondsOf(train::Learner& learner, const data::DataModule& module, const train::MetricSet& metrics)
{
    const double start = core::base::steadySeconds();
    (void)train::evaluate(learner, module, module.rows(data::SplitName::Validation), {.metrics = &metrics});
    return core::base::steadySeconds() - start;
}

// What the usual metrics, and all, add to an evaluation.
core::base::Status addEvaluations(Object& figures, const std::string& name, const char* text)
{
    CORE_TRY(tree, core::base::parseJson(text));
    const core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const core::spec::Experiment experiment = core::spec::read(checked.value);
    CORE_TRY(module, data::DataModule::open(experiment));
    CORE_TRY(plan, train::planSteps(experiment.train, std::int64_t(module.rows(data::SplitName::Train).size())));
    CORE_TRY(learner, train::Learner::make(experiment, module.info(), plan, "cpu"));
    const train::MetricSet none, usual = train::MetricSet::usual(learner->loss(), module.info()),
                                 all = train::MetricSet::all(learner->loss(), module.info());
    secondsOf(*learner, module, all);
    std::vector<double> without, byUsual, byAll;
    for (int repeat = 0; repeat < metricRepeats; ++repeat) {
        without.push_back(secondsOf(*learner, module, none));
        byUsual.push_back(secondsOf(*learner, module, usual) / without.back());
        byAll.push_back(secondsOf(*learner, module, all) / without.back());
    }
    figures.set(name + "_rows", std::int64_t(module.rows(data::SplitName::Validation).size()));
    figures.set(name + "_ms_without", 1000 * median(without));
    figures.set(name + "_ratio_usual", median(byUsual));
    figures.set(name + "_ratio_all", median(byAll));
    return {};
}

struct Scores {
    at::Tensor values, truths;
};

// 10,000 rows of ten classes, right more often than not; in a file for the peer.
Scores scoresAt(const std::string& path)
{
    const core::base::Draw draw(0, "metrics");
    Scores scores{core::tensor::empty({10000, 10}), core::tensor::empty({10000}, at::kLong)};
    for (std::int64_t row = 0; row < 10000; ++row) {
        const auto truth = std::int64_t(draw.within(1).below(std::uint64_t(row), 10));
        scores.truths.mutable_data_ptr<std::int64_t>()[row] = truth;
        for (std::int64_t c = 0; c < 10; ++c)
            scores.values.mutable_data_ptr<float>()[row * 10 + c] =
                float(draw.uniform(std::uint64_t(row * 10 + c), 0, 3)) + (c == truth ? 1.5f : 0);
    }
    std::ofstream(path, std::ios::binary)
        .write(static_cast<const char*>(scores.values.const_data_ptr()), 10000 * 10 * 4);
    std::ofstream(path + ".truth", std::ios::binary)
        .write(static_cast<const char*>(scores.truths.const_data_ptr()), 10000 * 8);
    return scores;
}

double evaluationsPerSecond(const Scores& scores, const train::MetricSet& metrics, int times)
{
    const double start = core::base::steadySeconds();
    for (int i = 0; i < times; ++i) {
        train::Tally tally(train::Says::Classes, metrics.needs());
        for (std::int64_t first = 0; first < 10000; first += 500)
            tally.add(scores.values.narrow(0, first, 500), scores.truths.narrow(0, first, 500));
        (void)metrics.values(tally);
    }
    return times / (core::base::steadySeconds() - start);
}

}

Result<Object> metrics()
{
    Object figures;
    const OneCore core;
    train::useThreads(1);
    CORE_CHECK(addEvaluations(figures, "small", R"({"data": {"source": "two-moons", "rows": 20000},
        "model": {"kind": "mlp", "hidden": [16, 16]}, "split": {"validation": 0.5, "train": 0.4}})"));
    CORE_CHECK(addEvaluations(figures, "pictures", R"({"data": {"source": "fashion-mnist", "rows": 20000},
        "model": {"kind": "mlp"}, "split": {"validation": 0.5, "train": 0.4}})"));
    const tests::TempFolder folder;
    const std::string path = (folder.path() / "scores").string();
    const Scores scores = scoresAt(path);
    tellPeer(path);
    CORE_TRY(loss, train::allLosses().make({"cross_entropy", Object{}}));
    data::DatasetInfo info;
    info.task = "classification";
    info.classes.resize(10);
    for (const auto& [name, set, times] : {std::tuple("usual", train::MetricSet::usual(*loss, info), 100),
                                           std::tuple("all", train::MetricSet::all(*loss, info), 20)}) {
        Compared compared;
        for (int repeat = 0; repeat < 5; ++repeat)
            compared.add(evaluationsPerSecond(scores, set, times), peer(std::string("metrics-") + name, times));
        compared.write(figures, std::string(name) + "_per_s", "scikit_learn");
    }
    return figures;
}

}
