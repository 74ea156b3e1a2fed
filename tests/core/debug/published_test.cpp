// SPDX-License-Identifier: GPL-3.0-or-later
// What AWS published of its rules: the tests of its open source project, and logs of its notebooks.
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::published_test {

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
    trace.known = read.known;
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

// The log of XGBoost on abalone, awslabs/sagemaker-debugger, examples/xgboost/notebooks/xgboost_abalone.ipynb: its
// losses at every fifth round, and the rounds at which SageMaker's own rule found how many of them not decreasing.
TEST_CASE("the published log of boosted trees on abalone fires at the same rounds, with as many losses")
{
    const core::debug::Trace trace =
        test::traceOf("step: 0 5 10 15 20 25 30 35 40 45 50 55 60 65 70 75 80 85 90\n"
                      "train-rmse: 8.12809 3.35051 2.18057 1.94583 1.87967 1.83281 1.78557 1.74615 1.72441 1.68994 "
                      "1.66069 1.63324 1.60972 1.57333 1.55922 1.53595 1.51552 1.48121 1.45968\n"
                      "train-mae: 7.57979 2.57049 1.4608 1.34568 1.32948 1.31091 1.28705 1.26296 1.2498 1.22921 "
                      "1.21231 1.19463 1.17818 1.15614 1.14672 1.1307 1.11628 1.09505 1.07896\n"
                      "validation-rmse: 7.9501 3.28752 2.21775 2.05138 2.03493 2.04628 2.05292 2.0479 2.0541 2.05038 "
                      "2.05735 2.05613 2.05268 2.06741 2.06947 2.07264 2.07579 2.07463 2.07361\n"
                      "validation-mae: 7.42376 2.51613 1.51841 1.44183 1.44581 1.45422 1.46461 1.4715 1.47108 1.46773 "
                      "1.47412 1.47189 1.46727 1.47281 1.47674 1.47924 1.47937 1.48405 1.487");
    const auto found = core::debug::run(
        {rule("LossNotDecreasing",
              {{"collection_names", Array{"metrics"}}, {"num_steps", 5}, {"diff_percent", 0}, {"legacy", true}})},
        trace, {}, core::debug::Ending::Done);
    std::string log;
    for (const auto& finding : found.findings)
        log += std::to_string(finding.step) + ":" + finding.message.substr(0, 1) + " ";
    CHECK(log == "20:1 25:2 30:2 35:1 40:1 50:2 65:2 70:2 75:2 80:2 85:1 90:1 ");
}

}
