// SPDX-License-Identifier: GPL-3.0-or-later
// What AWS published of its rules: the tests of its open source project, and logs of its notebooks.
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

using namespace core::base;
using test::fires;
using test::rule;

TEST_CASE("a loss that does not decrease is found every num_steps, from its newest save so far back")
{
    const std::string saved = "step: 0 4 8 12 16 20 24\n"
                              "loss: .3 .33 .31 .30 .28 .28 .28";
    CHECK(fires("step: 0 4 8 12 16\nloss: .3 .33 .31 .30 .28", rule("LossNotDecreasing", {{"diff_percent", 0}})) ==
          "12");
    CHECK(fires(saved, rule("LossNotDecreasing", {{"diff_percent", 0}})) == "12");
    const std::string rising = "step: 0 4 8 12 16 20 24\n"
                               "loss: .3 .33 .31 .30 .28 .2 .42";
    CHECK(fires(rising, rule("LossNotDecreasing", {{"diff_percent", 20}, {"legacy", true}})) == "24");
    CHECK(fires(rising, rule("LossNotDecreasing", {{"diff_percent", 20}})) == "12 24");
}

TEST_CASE("a tensor explodes at the steps at which it has a NaN")
{
    const std::string saved = "w nan: 1 0 1\nw inf: 0 0 0";
    CHECK(fires(saved, rule("ExplodingTensor")) == "0 2");
    CHECK(fires("w nan: 0 0\nw inf: 3 0", rule("ExplodingTensor")) == "0");
    CHECK(fires("w nan: 0 0\nw inf: 3 0", rule("ExplodingTensor", {{"only_nan", true}})) == "");
}

TEST_CASE("three saves that are the same are an unchanged tensor")
{
    CHECK(fires("w same_saves(1e-05,1e-08,0,2): 0 1 2", rule("UnchangedTensor", {{"tensor_regex", Array{"w"}}})) ==
          "2");
    CHECK(fires("w same_saves(1e-05,1e-08,0,2): 0 1 0 1 2 2",
                rule("UnchangedTensor", {{"tensor_regex", Array{"w"}}})) == "4 5");
}

TEST_CASE("990 rows of a class and 10 of another are out of balance")
{
    const std::string saved = "labels class_count(0): 250 250 250 240\n"
                              "labels class_count(1): 0 0 0 10";
    CHECK(fires(saved, rule("ClassImbalance", {{"samples", 1000}})) == "3");
    CHECK(fires(saved, rule("ClassImbalance", {{"samples", 1001}})) == "");
    CHECK(fires("labels class_count(0): 500\nlabels class_count(1): 500\npredictions wrong_count(1): 351\n"
                "predictions wrong_count(0): 0",
                rule("ClassImbalance")) == "0");
    CHECK(fires("labels class_count(0): 500\nlabels class_count(1): 500\npredictions wrong_count(1): 350\n"
                "predictions wrong_count(0): 0",
                rule("ClassImbalance")) == "");
}

TEST_CASE("a perfect confusion of ten classes is none")
{
    std::string perfect, swapped;
    for (int i = 0; i < 10; ++i) {
        perfect += "predictions confusion(" + std::to_string(i) + "," + std::to_string(i) + "): 10\n";
        swapped += "predictions confusion(" + std::to_string(i) + "," + std::to_string((i + 1) % 10) + "): 10\n";
    }
    CHECK(fires(perfect, rule("Confusion")) == "");
    CHECK(fires(swapped, rule("Confusion")) == "0");
    const std::string some = "predictions confusion(0,0): 90\npredictions confusion(1,0): 10\n"
                             "predictions confusion(1,1): 80\npredictions confusion(0,1): 0";
    CHECK(fires(some, rule("Confusion")) == "");
    CHECK(fires(some, rule("Confusion", {{"max_off_diag", 0.09}})) == "0");
    CHECK(fires(some, rule("Confusion", {{"min_diag", 0.91}})) == "0");
}

TEST_CASE("a largest node id of 30 is a tree of depth 4")
{
    CHECK(fires("trees/Node max: 30 31 32", rule("TreeDepth")) == "2");
    CHECK(fires("trees/Node max: 30 31 32", rule("TreeDepth", {{"depth", 3}})) == "0 1 2");
}

// aws-samples, the GTSRB notebook: 416 training and 197 evaluation steps an epoch, batches of 64, saved every 100 and
// every 25 steps of their own. Its log names steps 2389 and 4379. The losses are not published; these stand still from
// the training's step 2500 on.
TEST_CASE("steps are counted as the notebook's log shows them")
{
    std::string steps, modes, often, rare, losses;
    std::int64_t train = 0, eval = 0;
    for (std::int64_t step = 0; step < 4400; ++step) {
        const bool training = step % 613 < 416;
        const std::int64_t own = training ? train++ : eval++;
        if (own % (training ? 100 : 25) != 0)
            continue;
        steps += " " + std::to_string(step);
        modes += training ? " T" : " E";
        often += " 60";
        rare += " 4";
        losses += training ? " " + std::to_string(3.0 - 0.001 * double(std::min<std::int64_t>(own, 2500))) : " 1";
    }
    // Steps of their own are those that were counted, not those that were saved.
    core::debug::Trace trace;
    const core::debug::Trace read =
        test::traceOf("step:" + steps + "\nmode:" + modes + "\nlabels class_count(0):" + often +
                      "\nlabels class_count(1):" + rare + "\nloss:" + losses);
    trace.signals = read.signals;
    std::int64_t saved[2] = {0, 0};
    for (std::size_t i = 0; i < read.size(); ++i) {
        const core::debug::Frame frame = read.frame(i);
        const bool training = frame.mode == core::debug::Mode::Train;
        trace.begin(frame.step, saved[training]++ * (training ? 100 : 25), frame.mode, frame.time);
        for (const core::debug::Sample& sample : frame.samples)
            trace.add(sample.id, sample.value);
    }
    CHECK(fires(trace, rule("ClassImbalance", {{"samples", 3000}})).starts_with("2389 "));
    CHECK(fires(trace, rule("LossNotDecreasing", {{"mode", "TRAIN"}, {"num_steps", 500}})) == "4379");
}

// PyTorch on CIFAR-10: 1000 training and 200 evaluation steps an epoch, saved every 100 and every 10.
TEST_CASE("overfitting is told at the first training step that is saved after an evaluation")
{
    const auto notebook = [](std::int64_t training, std::int64_t evaluation, std::int64_t everyTrain,
                             std::int64_t everyEval, int overfitsFrom, std::int64_t steps) {
        std::string at, modes, losses;
        std::int64_t train = 0, eval = 0;
        for (std::int64_t step = 0; step < steps; ++step) {
            const std::int64_t epoch = step / (training + evaluation);
            const bool trains = step % (training + evaluation) < training;
            const std::int64_t own = trains ? train++ : eval++;
            if (own % (trains ? everyTrain : everyEval) != 0)
                continue;
            at += " " + std::to_string(step);
            modes += trains ? " T" : " E";
            losses += trains ? " 1.0" : epoch >= overfitsFrom ? " 1.2" : " 1.05";
        }
        return "step:" + at + "\nmode:" + modes + "\nloss:" + losses;
    };
    CHECK(fires(notebook(1000, 200, 100, 10, 5, 7300), rule("Overfit")) == "7200");
    CHECK(fires(notebook(1875, 100, 100, 10, 1, 4100), rule("Overfit")) == "4000");
}
