// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::engine_test {

using namespace core::base;
using namespace core::debug;
using test::fires;
using test::rule;
using test::traceOf;

TEST_CASE("a state latches, and every later step is still told")
{
    const auto found =
        run({rule("VanishingGradient")}, traceOf("gradient/0.weight abs_mean: 1 1e-8 1 1e-9"), {}, Ending::Done);
    CHECK(found.states[0].state == issuesFound);
    CHECK(found.states[0].step == 1);
    CHECK(found.states[0].details == "RuleEvaluationConditionMet: Evaluation of the rule VanishingGradient at step 1 "
                                     "resulted in the condition being met");
    REQUIRE(found.findings.size() == 2);
    CHECK(found.findings[0].step == 1);
    CHECK(found.findings[0].value == 1e-8);
    CHECK(found.findings[0].threshold == 1e-7);
    CHECK(found.findings[0].tensor == "gradient/0.weight");
    CHECK(found.findings[1].step == 3);
    CHECK(found.counts[0] == 2);
}

TEST_CASE("states are SageMaker's")
{
    const auto stateOf = [](const std::string& picture, const core::spec::RuleSpec& rule, Ending ending) {
        return run({rule}, traceOf(picture), {}, ending).states[0].state;
    };
    const std::string healthy = "gradient/0.weight abs_mean: 1 1";
    CHECK(stateOf(healthy, rule("VanishingGradient"), Ending::Done) == noIssuesFound);
    CHECK(stateOf(healthy, rule("VanishingGradient"), Ending::Open) == inProgress);
    CHECK(stateOf(healthy, rule("VanishingGradient"), Ending::Stopped) == stopped);
    CHECK(stateOf("loss: 1 1", rule("VanishingGradient"), Ending::Done) == inError);
    CHECK(stateOf(healthy, rule("AllZero"), Ending::Done) == inError);
    RunFacts trees;
    trees.rounds = true;
    CHECK(run({rule("VanishingGradient")}, traceOf(healthy), trees, Ending::Done).states[0].state == notApplicable);
}

TEST_CASE("a statistic that was not recorded is an error that says so")
{
    const auto found = run({rule("DeadRelu", {{"threshold_inactivity", 2.0}})},
                           traceOf("relu0_relu_output dead_share(1): 90"), {}, Ending::Done);
    CHECK(found.states[0].state == inError);
    CHECK(found.states[0].details.find("dead_share(2) of relu0_relu_output was not recorded") != std::string::npos);
}

TEST_CASE("what several rules of a class are called")
{
    const auto found = run({rule("MetricAlarm", {{"metric", "a"}}), rule("MetricAlarm", {{"metric", "b"}})},
                           traceOf("a: 2\nb: 0"), {}, Ending::Done);
    CHECK(found.states[0].rule == "MetricAlarm");
    CHECK(found.states[1].rule == "MetricAlarm-2");
    CHECK(found.states[0].state == issuesFound);
    CHECK(found.states[1].state == noIssuesFound);
}

TEST_CASE("rules of single tensors", "[rules]")
{
    SECTION("vanishing gradient: strictly below")
    {
        CHECK(fires("gradient/a abs_mean: 1e-7 9e-8", rule("VanishingGradient")) == "1");
        CHECK(fires("gradient/a abs_mean: 1e-7 9e-8", rule("VanishingGradient", {{"threshold", 1e-8}})) == "");
    }
    SECTION("all zero: at the threshold")
    {
        const auto all = rule("AllZero", {{"tensor_regex", Array{"act"}}});
        CHECK(fires("act zeros: 9 10\nact count: 10 10", all) == "1");
        CHECK(fires("act zeros: 9 10\nact count: 10 10",
                    rule("AllZero", {{"tensor_regex", Array{"act"}}, {"threshold", 90.0}})) == "0 1");
        CHECK(fires("act zeros: 0\nact count: 0", all) == "");
    }
    SECTION("weight update ratio")
    {
        CHECK(fires("0.weight change_ratio(1e-09,0): . 0.1 11 1e-9", rule("WeightUpdateRatio")) == "2 3");
        CHECK(fires("0.weight change_ratio(1e-09,50): . 11", rule("WeightUpdateRatio", {{"num_steps", 50}})) == "1");
    }
    SECTION("variance")
    {
        const auto bounded =
            rule("TensorVariance",
                 {{"collection_names", Array{"weights"}}, {"max_threshold", 10.0}, {"min_threshold", 0.00001}});
        CHECK(fires("0.weight variance: 10 11 1e-5 9e-6", bounded) == "1 3");
        CHECK(fires("0.weight std: 3 4 0.001", bounded) == "1 2");
    }
    SECTION("dead ReLUs")
    {
        CHECK(fires("relu0_relu_output dead_share(1): 50 51", rule("DeadRelu")) == "1");
        CHECK(fires("gradient/relu0_relu_output dead_share(1): 90", rule("DeadRelu")) == "");
    }
    SECTION("saturated activations")
    {
        CHECK(fires("tanh0_tanh_input saturated_share(-9.4999,9.4999,1): 50 51", rule("SaturatedActivation")) == "1");
        CHECK(fires("sig0_sigmoid_input saturated_share(-23,16.99999,1): 50 51", rule("SaturatedActivation")) == "1");
    }
    SECTION("tokens")
    {
        CHECK(fires("embedding0_input_0 token_share(0): 50 51", rule("NLPSequenceRatio")) == "1");
        CHECK(fires("embedding0_input_0 token_share(0): 40 40\nembedding0_input_0 token_share(3): 5 6",
                    rule("NLPSequenceRatio",
                         {{"token_values", Array{0, 3}}, {"token_thresholds_percent", Array{50, 5}}})) == "1");
    }
    SECTION("pictures")
    {
        const std::string pictures = "hybridsequential0_input_0 images: 250 250 250\n"
                                     "hybridsequential0_input_0 channel_mean(0,1): 0 0 0\n"
                                     "hybridsequential0_input_0 channel_mean(1,1): 0.1 0.2 0.5";
        CHECK(fires(pictures, rule("CheckInputImages")) == "2");
        CHECK(fires(pictures, rule("CheckInputImages", {{"threshold_samples", 200}, {"threshold_mean", 0.05}})) ==
              "0 1 2");
    }
    SECTION("feature importance")
    {
        const std::string few = "feature_importance/weight/a: 6 9\nfeature_importance/weight/b: 1 1\n"
                                "feature_importance/weight/c: 1 1\nfeature_importance/weight/d: 2 1";
        CHECK(fires(few, rule("FeatureImportanceOverweight", {{"nfeatures", 1}, {"threshold", 0.6}})) == "1");
        CHECK(fires(few, rule("FeatureImportanceOverweight")) == "0 1");
    }
}

TEST_CASE("poor initial weights: uneven, alike, or not falling")
{
    const auto poor = rule("PoorWeightInitialization");
    CHECK(fires("a_relu_input variance: 1\nb_relu_input variance: 10", poor) == "");
    CHECK(fires("a_relu_input variance: 1\nb_relu_input variance: 10.5", poor) == "0");
    CHECK(fires("gradient/w p5: -1 -1e-4\ngradient/w p95: 1 1e-4", poor) == "1");
    CHECK(fires("loss: 1 1 1 1 1 1 0.5", poor) == "5");
    CHECK(fires("loss: 9 8 7 6 5 4 3 2 1 1 1 1 1 1 1 1", poor) == "");
}

TEST_CASE("trained too long: phase means where there are evaluations, else steps")
{
    const auto impatient = rule("Overtraining", {{"patience_train", 2}, {"patience_validation", 2}});
    CHECK(fires("loss: 3 2 1 1 1 1", impatient) == "4 5");
    CHECK(fires("step: 0 1 2 3 4 5 6 7 8\nmode: T E T E T E T E T\nloss: 5 5 4 4 3 4 2 4 1", impatient) == "8");
}

TEST_CASE("overfitting has to last, and is told after the last evaluation too")
{
    const std::string run = "step: 0 1 2 3 4 5 6 7\nmode: T E T E T E T E\nloss: 1 1.2 1 1.05 1 1.2 1 1.2";
    CHECK(fires(run, rule("Overfit")) == "2 6 7");
    CHECK(fires(run, rule("Overfit", {{"patience", 2}})) == "7");
    CHECK(fires(run, rule("Overfit", {{"start_step", 3}})) == "6 7");
    CHECK(fires(run, rule("Overfit", {{"ratio_threshold", 0.3}})) == "");
}

TEST_CASE("a run that stands still is told once, pauses are not counted")
{
    Trace trace;
    const SignalId loss = trace.known.add("loss", "value");
    for (const auto& [step, time, idle] : {std::tuple(0, 100.0, false),
                                           {1, 110.0, false},
                                           {2, 3000.0, true},
                                           {2, 3001.0, false},
                                           {3, 5000.0, false},
                                           {4, 5001.0, false}}) {
        trace.begin(step, step, Mode::Train, time, idle);
        trace.add(loss, 1);
    }
    CHECK(fires(trace, rule("StalledTrainingRule")) == "2");
    CHECK(fires(trace, rule("StalledTrainingRule", {{"threshold", 9}})) == "0 2");
}

TEST_CASE("a run is compared with another, step by step")
{
    RunFacts facts;
    facts.open = [](const std::string& run) -> Result<std::shared_ptr<const Trace>> {
        if (run != "other")
            return Error{ErrorKind::Data, "there is no run \"" + run + "\"", {}, {}};
        return std::make_shared<const Trace>(traceOf("loss: 1 2 3 4\nw mean: 0 nan 5 7"));
    };
    const auto similar = rule("SimilarAcrossRuns", {{"other_trials", "other"}});
    CHECK(fires("loss: 1 2 3 4 5\nw mean: 0 nan 5 7", similar, facts) == "");
    CHECK(fires("loss: 1 2.1 3 4 5\nw mean: 0 nan 5 7.0001", similar, facts) == "1 3");
    CHECK(fires("loss: 1", rule("SimilarAcrossRuns", {{"other_trials", "none"}}), facts)
              .starts_with("Error: there is no run"));
    CHECK(fires("loss: 1", rule("SimilarAcrossRuns"), facts).starts_with("Error: names no other run"));
}

TEST_CASE("alarms of a metric: so many of the last values")
{
    const auto alarm =
        rule("MetricAlarm", {{"metric", "acc"}, {"comparison", "<"}, {"threshold", 0.5}, {"n", 2}, {"m", 3}});
    CHECK(fires("acc: .4 .6 .4 .6 .6 .4 .4", alarm) == "2 6");
    CHECK(fires("acc: .4", rule("MetricAlarm", {{"metric", "acc"}, {"n", 3}, {"m", 2}})).starts_with("Error"));
}

TEST_CASE("no rule speaks of a healthy run")
{
    std::string steps, modes, loss, noise;
    for (int i = 0; i < 60; ++i) {
        steps += " " + std::to_string(i);
        modes += i % 10 == 9 ? " E" : " T";
        loss += " " + std::to_string(2.0 / (1 + 0.3 * i));
        noise += " 0.02";
    }
    const std::string healthy = "step:" + steps + "\nmode:" + modes + "\ntrain/loss:" + loss +
                                "\ngradient/0.weight abs_mean:" + noise +
                                "\ngradient/0.weight nan:" + std::string(120, ' ');
    for (const auto& entry : allRules().family().entries) {
        if (entry.kind == "SimilarAcrossRuns" || entry.kind == "Expression" || entry.kind == "Overtraining" ||
            entry.kind == "ValidationBelowTrain")
            continue;
        INFO(entry.kind);
        CHECK(run({rule(entry.kind)}, traceOf(healthy), {}, Ending::Done).findings.empty());
    }
}

TEST_CASE("every rule says why it matters, and its fixes exist")
{
    std::size_t sagemaker = 0;
    for (const auto& entry : allRules().family().entries) {
        INFO(entry.kind);
        const RuleFacts* facts = allRules().facts(entry.kind);
        REQUIRE(facts);
        sagemaker += !facts->ours;
        CHECK(facts->why.size() > 20);
        for (const std::string& key : facts->fixes)
            CHECK(fixNamed(key) != nullptr);
    }
    CHECK(sagemaker == 21);
}

}
