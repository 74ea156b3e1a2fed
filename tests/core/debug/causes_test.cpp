// SPDX-License-Identifier: GPL-3.0-or-later
// Which cause of a finding is told first, and what was seen of it.
#include "core/base/json.h"
#include "core/debug/clues.h"
#include "core/debug/scene.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::causes_test {

using namespace core::debug;
using core::base::Value;
using test::rule;
using test::traceOf;

namespace {

Value specOf(const std::string& json)
{
    auto read = core::base::parseJson(json);
    REQUIRE(read);
    return *read;
}

Scene sceneWith(const std::string& json)
{
    Scene scene;
    scene.spec = specOf(json);
    scene.step = 100;
    return scene;
}

// What the rules find in a picture, and the causes of one of them.
std::vector<RankedCause> causes(const std::string& of, const std::vector<core::spec::RuleSpec>& rules,
                                const std::string& picture, RunFacts facts)
{
    const Trace trace = traceOf(picture);
    const Findings found = run(rules, trace, facts, Ending::Done);
    const auto all = causesOf(rules, trace, facts, found.findings);
    REQUIRE(all.contains(of));
    return all.at(of);
}

std::string seenOf(const Look& look, const Scene& scene)
{
    return look(scene).seen;
}

}

TEST_CASE("causes are ranked by what was seen, and keep their order where nothing was")
{
    const Look yes = [](const Scene&) { return Clue{0.5, "a"}; };
    const Look more = [](const Scene&) { return Clue{0.8, "b"}; };
    const Look no = [](const Scene&) { return Clue{-0.4, "c"}; };
    const Look nothing = [](const Scene&) { return Clue{}; };
    const auto all =
        ranked({{"first", {nothing}}, "second", {"third", {yes}}, {"fourth", {yes, more}}, {"fifth", {no}}}, Scene{});
    REQUIRE(all.size() == 5);
    CHECK(all[0].cause == "fourth");
    CHECK(all[0].seen == "b; a");
    CHECK(all[0].score == Approx(1 - 0.5 * 0.2));
    CHECK(all[1].cause == "third");
    CHECK(all[2].cause == "first");
    CHECK(all[2].seen.empty());
    CHECK(all[3].cause == "second");
    CHECK(all[4].cause == "fifth");
    CHECK(all[4].score == Approx(-0.4));
}

TEST_CASE("a NaN loss after an explosion under a huge rate is the rate's; under NaN inputs it is the data's")
{
    const std::vector<core::spec::RuleSpec> rules{rule("ExplodingTensor"), rule("NonFiniteLoss")};
    RunFacts facts;
    facts.spec = specOf(R"({"train": {"optimizer": {"kind": "adam", "lr": 0.03}}, "data": {"missing": "error"}})");
    const auto rate =
        causes("NonFiniteLoss", rules, "train/loss: 1 20 nan\n0.weight nan: 0 0 3\n0.weight inf: 0 0 0", facts);
    CHECK(rate[0].cause == "The learning rate is too large.");
    CHECK(rate[0].seen.find("train.optimizer.lr = 0.03 is 30 times what adam usually takes") != std::string::npos);
    CHECK(rate[0].seen.find("train/loss grew from 1 to 20") != std::string::npos);
    facts.spec = specOf(R"({"train": {"optimizer": {"kind": "adam", "lr": 0.001}}, "data": {"missing": "error"}})");
    const auto data =
        causes("NonFiniteLoss", rules, "train/loss: 1 0.9 nan\ninput_0 nan: 0 0 2\ninput_0 inf: 0 0 0", facts);
    CHECK(data[0].cause == "NaN, infinite or enormous values in the data.");
    CHECK(data[0].seen == "input_0 nan was 2");
    CHECK(data[0].score > data[1].score);
}

TEST_CASE("a vanishing gradient is laid at the sigmoids where there are some, never at layers that are not there")
{
    RunFacts facts;
    facts.spec =
        specOf(R"({"model": {"kind": "mlp", "init": "default"}, "train": {"optimizer": {"kind": "sgd", "lr": 0.1}}})");
    for (int i = 0; i < 5; ++i)
        facts.layers[std::to_string(2 * i + 1)] = "Sigmoid";
    const std::string picture = "train/loss: 1 0.9 0.9\ngradient/0.weight abs_mean: 1e-3 1e-9 1e-9";
    const auto all = causes("VanishingGradient", {rule("VanishingGradient")}, picture, facts);
    CHECK(all[0].cause.starts_with("Activations with small slopes"));
    CHECK(all[0].seen == "5 layers are Sigmoid or Tanh");
    const auto dead = std::ranges::find_if(all, [](const auto& one) { return one.cause.starts_with("Dead ReLUs"); });
    CHECK(dead->score < 0);
    CHECK(dead->seen == "the network has no ReLU");
    // With ReLUs that had died before, they are the first.
    facts.layers = {{"1", "ReLU"}, {"3", "ReLU"}};
    const auto relu = causes("VanishingGradient", {rule("DeadRelu"), rule("VanishingGradient")},
                             "train/loss: 1 0.9 0.9 0.9\ngradient/0.weight abs_mean: 1e-3 1e-3 1e-3 1e-9\n"
                             "activation/1 dead_share(0.01): 0 1 1 1\nactivation/1 active_share(0.01): 1 0 0 0",
                             facts);
    CHECK(relu[0].score >= relu[1].score);
}

TEST_CASE("what had fired before speaks for a cause, what fires later does not")
{
    Scene scene = sceneWith("{}");
    scene.fired = {{"ExplodingTensor", 88}, {"DeadRelu", 100}, {"Overfit", 130}};
    CHECK(seenOf(clue::fired("ExplodingTensor"), scene) == "ExplodingTensor fired 12 steps before");
    CHECK(seenOf(clue::fired("DeadRelu"), scene) == "DeadRelu fired at the same step");
    CHECK(clue::fired("Overfit")(scene).weight == 0);
    CHECK(clue::fired("ExplodingTensor")(scene).weight > clue::fired("DeadRelu")(scene).weight);
}

TEST_CASE("a rate is held against what its optimizer usually takes, momentum included")
{
    const auto rate = [](const char* optimizer) {
        return sceneWith(std::string(R"({"train": {"optimizer": )") + optimizer + "}}");
    };
    CHECK(clue::rateHigh()(rate(R"({"kind": "sgd", "lr": 3})")).weight > 0.8);
    CHECK(seenOf(clue::rateHigh(), rate(R"({"kind": "sgd", "lr": 3})")) ==
          "train.optimizer.lr = 3 is 30 times what sgd usually takes");
    CHECK(clue::rateHigh()(rate(R"({"kind": "sgd", "lr": 0.1})")).weight == 0);
    CHECK(clue::rateHigh()(rate(R"({"kind": "sgd", "lr": 0.1, "momentum": 0.99})")).weight > 0.5);
    CHECK(clue::rateHigh()(rate(R"({"kind": "adam", "lr": 0.00001})")).weight < 0);
    CHECK(clue::rateLow()(rate(R"({"kind": "adam", "lr": 0.00001})")).weight > 0.8);
    CHECK(clue::rateLow()(rate(R"({"kind": "adam", "lr": 0.001})")).weight == 0);
    CHECK(clue::rateHigh()(Scene{}).weight == 0);
    CHECK(clue::momentumAbove(0.95)(rate(R"({"kind": "sgd", "lr": 0.1, "momentum": 0.99})")).weight > 0.5);
    CHECK(clue::momentumAbove(0.95)(rate(R"({"kind": "sgd", "lr": 0.1, "momentum": 0.0})")).weight < 0);
}

TEST_CASE("settings of data, network and training are clues of their own")
{
    const Scene raw = sceneWith(R"({"data": {"normalize": "none", "sampler": "shuffle"}, "augment": [],
        "model": {"kind": "mlp", "hidden": [4, 4], "dropout": 0.0, "init": "normal", "init_scale": 1.0, "freeze": ["0"]},
        "train": {"batch_size": 1, "shuffle": false, "optimizer": {"weight_decay": 3.0}, "l2": 0.0,
                  "early_stopping": {"patience": 1}, "loss": {"class_weights": null}}})");
    CHECK(seenOf(clue::unnormalized(), raw) == "data.normalize is none");
    CHECK(seenOf(clue::batchBelow(8), raw) == "train.batch_size = 1");
    CHECK(seenOf(clue::unshuffled(), raw) == "train.shuffle is off");
    CHECK(seenOf(clue::neuronsAtMost(16), raw) == "model.hidden has 8 neurons in all");
    CHECK(seenOf(clue::initWide(), raw) == "model.init is normal with a deviation of 1");
    CHECK(clue::initNarrow()(raw).weight == 0);
    CHECK(seenOf(clue::frozen(), raw) == "model.freeze names layers");
    CHECK(seenOf(clue::settingAbove("train.optimizer.weight_decay", 0.1), raw) == "train.optimizer.weight_decay = 3");
    CHECK(clue::unregularized()(raw).weight < 0); // the decay
    CHECK(seenOf(clue::unweighted(), raw) == "no class weights, no weighted sampler");
    CHECK(seenOf(clue::patienceBelow(5), raw) == "train.early_stopping.patience = 1");
    CHECK(clue::augmented()(raw).weight == 0);
    const Scene good = sceneWith(R"({"data": {"normalize": "standard", "sampler": "weighted"},
        "augment": [{"kind": "MixUp"}], "model": {"kind": "mlp", "hidden": [64], "init": "default", "freeze": "none"},
        "train": {"batch_size": 32, "shuffle": true}})");
    CHECK(clue::unnormalized()(good).weight < 0);
    CHECK(clue::neuronsAtMost(16)(good).weight < 0);
    CHECK(clue::frozen()(good).weight < 0);
    CHECK(clue::unweighted()(good).weight < 0);
    CHECK(clue::batchBelow(8)(good).weight == 0);
    CHECK(seenOf(clue::augmented(), good) == "augment has MixUp");
}

TEST_CASE("how a figure went until the finding is a clue, what came after it is not")
{
    RunFacts facts;
    facts.parameters = 5000;
    facts.trainRows = 20;
    facts.stepsPerEpoch = 2;
    const std::vector<core::spec::RuleSpec> rules{rule("Overfit", {{"patience", 2}, {"ratio_threshold", 0.5}})};
    const Trace trace = traceOf("step: 0 2 2 4 4 6 6 8 8 10\nmode: T E T E T E T E T T\n"
                                "train/loss: 1 . 0.5 . 0.2 . 0.1 . 0.1 0.01\n"
                                "validation/loss: . 0.6 . 0.7 . 0.9 . 1.2 . .");
    const Findings found = run(rules, trace, facts, Ending::Done);
    REQUIRE_FALSE(found.findings.empty());
    const Scene scene = sceneOf("Overfit", rules, trace, facts, found.findings);
    CHECK(scene.step == found.findings.front().step);
    CHECK(scene.course("validation/loss")->least == 0.6);
    CHECK(scene.course("train/loss")->last > 0.05);
    CHECK(seenOf(clue::bestPassed("validation/loss"), scene).starts_with("validation/loss was best at step 2"));
    CHECK(seenOf(clue::weightsPerRow(1), scene) == "5000 weights for 20 training rows");
    CHECK(scene.course("nothing") == nullptr);
    // The median of the updates against their weights is one of its figures.
    const Trace updates = traceOf("0.weight l2: 2 2\nupdate/0.weight l2: 1 0.2");
    const Scene moved = sceneOf("none", {}, updates, {}, {});
    CHECK(moved.course("update/weight")->most == Approx(0.5));
    CHECK(seenOf(clue::updatesAbove(0.2), moved) == "a step changed the weights by 50 % of their size");
    CHECK(clue::updatesAbove(0.6)(moved).weight == 0);
}

TEST_CASE("every cause is a sentence, and every rule of a symptom looks for something")
{
    for (const auto& entry : allRules().family().entries) {
        INFO(entry.kind);
        const RuleFacts* facts = allRules().facts(entry.kind);
        std::size_t looks = 0;
        for (const Cause& cause : facts->causes) {
            CHECK(cause.text().ends_with('.'));
            looks += cause.looks().size();
        }
        CHECK((facts->causes.empty() || looks > 0 || entry.kind == "NLPSequenceRatio"));
        // Of an unknown run nothing is claimed.
        for (const RankedCause& cause : ranked(facts->causes, Scene{}))
            CHECK(cause.seen.empty());
    }
}

}
