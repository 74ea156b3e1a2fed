// SPDX-License-Identifier: GPL-3.0-or-later
// What rules cost: beside a training, over a recorded run, and to be asked again with another threshold.
#include "tests/bench/trained.h"

#include "core/base/clock.h"
#include "core/session/rules.h"

#include <algorithm>
#include <cmath>

namespace bench {

using core::base::Array;
using core::base::Object;
using core::base::Result;
using core::base::Value;

namespace rules_bench {

constexpr int rulesRounds = 7;
constexpr std::int64_t steps = 100'000;

// Every rule that needs no more than a run.
Array allRules()
{
    Array all;
    for (const auto& entry : core::debug::allRules().family().entries) {
        Object rule{{"rule", entry.kind}};
        if (entry.kind == "Expression")
            rule.set("expression", "mean(abs_mean(\"gradient/.*\"), 20) < 1e-9");
        if (entry.kind == "SimilarAcrossRuns")
            continue;
        if (entry.kind == "AllZero" || entry.kind == "TensorVariance" || entry.kind == "UnchangedTensor")
            rule.set("collection_names", Array{"weights"});
        all.push_back(std::move(rule));
    }
    return all;
}

// As a training of so many steps leaves it: scalars at each, statistics of 16 tensors at every tenth.
core::store::RunRecord recorded()
{
    core::store::RunRecord record;
    record.opened = core::events::RunOpened{};
    record.opened->totalSteps = steps;
    record.opened->validationRows = 1000;
    record.state = core::events::RunState::Completed;
    for (const char* name : {"train/loss", "train/lr", "train/grad_norm", "train/accuracy"}) {
        core::store::Series& series = record.scalars[name];
        for (std::int64_t step = 0; step < steps; ++step) {
            series.steps.push_back(step);
            series.values.push_back(1 + std::exp(-double(step) / 2e4) + 0.1 * std::sin(double(step * 7919 % 1000)));
            series.times.push_back(double(step) * 1e-3);
        }
    }
    for (const char* name : {"validation/loss", "validation/accuracy", "train_eval/loss"}) {
        core::store::Series& series = record.scalars[name];
        for (std::int64_t step = 500; step <= steps; step += 500) {
            series.steps.push_back(step);
            series.values.push_back(1.1 + std::exp(-double(step) / 2e4));
            series.times.push_back(double(step) * 1e-3);
        }
    }
    for (int i = 0; i < 8; ++i)
        for (const char* family : {"", "gradient/"}) {
            core::store::TensorSeries& series = record.tensors[family + std::to_string(i) + ".weight"];
            for (std::int64_t step = 0; step < steps; step += 10)
                series.steps.push_back(step);
            for (const std::string& statistic : core::spec::usualStatistics())
                series.columns[statistic].assign(series.steps.size(),
                                                 statistic == "nan" || statistic == "inf" ? 0 : 0.01);
            series.columns["change_ratio(1e-09,0)"].assign(series.steps.size(), 0.001);
            series.columns["same_saves(1e-05,1e-08,0,2)"].assign(series.steps.size(), 0);
        }
    return record;
}

core::base::Status again(Object& figures)
{
    const core::store::RunRecord record = recorded();
    CORE_TRY(rules, core::session::readRules(Value(allRules()), "rules"));
    std::vector<double> all, one;
    std::size_t findings = 0;
    for (int round = 0; round < rulesRounds; ++round) {
        const double began = core::base::steadySeconds();
        findings = core::session::checkRun(record, rules, {}).found.findings.size();
        all.push_back(core::base::steadySeconds() - began);
    }
    const core::debug::Trace trace = core::session::traceOf(record);
    for (int round = 0; round < rulesRounds; ++round)
        for (const char* kind : {"VanishingGradient", "LossNotDecreasing", "Overfit", "ExplodingTensor"}) {
            const double began = core::base::steadySeconds();
            (void)core::debug::run({core::spec::RuleSpec{kind}}, trace, {}, core::debug::Ending::Done);
            one.push_back(core::base::steadySeconds() - began);
        }
    figures.set("rules", std::int64_t(rules.size()));
    figures.set("recorded_steps", steps);
    figures.set("findings", std::int64_t(findings));
    figures.set("all_rules_s", median(all));
    figures.set("one_threshold_ms", 1e3 * *std::max_element(one.begin(), one.end()));
    return {};
}

}

Result<Object> rules()
{
    Object figures;
    CORE_CHECK(rules_bench::again(figures));
    CORE_TRY(beside, costs({{"rules", rules_bench::allRules()}}, {{"rules", Array{}}}));
    for (const auto& [name, figure] : beside)
        figures.set(name, figure);
    return figures;
}

}
