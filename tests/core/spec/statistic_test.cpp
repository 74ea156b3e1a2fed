// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/statistic.h"

#include "core/spec/capture.h"
#include "core/spec/collection_help.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::statistic_test {

using namespace core::spec;

namespace {

std::string respelled(const char* text)
{
    const auto statistic = parseStatistic(text);
    INFO(text);
    REQUIRE(statistic);
    return spell(*statistic);
}

std::string refused(const char* text)
{
    const auto statistic = parseStatistic(text);
    INFO(text);
    REQUIRE_FALSE(statistic);
    return statistic.error().message + " | " + statistic.error().advice;
}

bool holds(const std::string& text, const char* part)
{
    return text.find(part) != text.npos;
}

using Names = std::vector<std::string>;

}

TEST_CASE("statistics: each has one spelling, however it was written")
{
    CHECK(respelled("mean") == "mean");
    CHECK(respelled(" l2_norm ") == "l2");
    CHECK(respelled("abs_l1") == "l1");
    CHECK(respelled("dead_share( 1.0 )") == "dead_share(1)");
    CHECK(respelled("saturated_share(-9.4999,9.4999,1)") == "saturated_share(-9.4999,9.4999,1)");
    CHECK(respelled("same_saves(0.00001, 1e-08, 0, 2)") == "same_saves(1e-05,1e-08,0,2)");
    CHECK(respelled("change_ratio(1e-9,-0)") == "change_ratio(1e-09,0)");
    CHECK(respelled("confusion(*,3)") == "confusion(*,3)");
    CHECK(parseStatistic("confusion(*,3)")->open());
    CHECK_FALSE(parseStatistic("confusion(2,3)")->open());
    CHECK(*parseStatistic("class_count(*)") == *parseStatistic("class_count( *)"));
    CHECK_FALSE(*parseStatistic("class_count(*)") == *parseStatistic("class_count(0)"));
    for (const StatisticKind& kind : statisticKinds()) {
        Statistic statistic{std::string(kind.name), {}};
        for (const StatisticArgument& argument : kind.arguments)
            statistic.arguments.push_back(argument.whole ? argument.least : 0.1);
        const auto back = parseStatistic(spell(statistic));
        REQUIRE(back);
        CHECK(*back == statistic);
        CHECK_FALSE(kind.help.empty());
    }
}

TEST_CASE("statistics: what is none says what would be right")
{
    CHECK(holds(refused("meen"), "\"mean\""));
    CHECK(holds(refused("dead_share"), "dead_share(A)"));
    CHECK(holds(refused("dead_share(1"), "does not end"));
    CHECK(holds(refused("dead_share()"), "no number for A"));
    CHECK(holds(refused("dead_share(101)"), "out of range"));
    CHECK(holds(refused("dead_share(nan)"), "no number"));
    CHECK(holds(refused("dead_share(1,2)"), "takes 1 parameters"));
    CHECK(holds(refused("dead_share(*)"), "no number"));
    CHECK(holds(refused("mean(1)"), "takes no parameters"));
    CHECK(holds(refused("class_count(1.5)"), "whole number"));
    CHECK(holds(refused("same_saves(1,2,3)"), "takes 4 parameters"));
    CHECK(holds(refused(""), "no statistic"));
}

TEST_CASE("collections: tensors are in them by their names and by the types of layers")
{
    const LayerTypes layers = layerTypes({"0 Linear", "1 ReLU", "2 Tanh", "layer1.0.relu ReLU", "odd"});
    CHECK(layers.size() == 4);
    const auto of = [&](const char* name) { return collectionsOf(name, layers); };
    CHECK(of("0.weight") == Names{"weights", "all"});
    CHECK(of("gradient/0.weight") == Names{"gradients", "all"});
    CHECK(of("update/0.weight") == Names{"updates"});
    CHECK(of("activation/1") == Names{"outputs", "activations", "relu_output"});
    CHECK(of("activation/layer1.0.relu") == Names{"outputs", "activations", "relu_output"});
    CHECK(of("activation/0") == Names{"outputs", "activations"});
    CHECK(of("input/1") == Names{"inputs", "relu_input"});
    CHECK(of("input/2") == Names{"inputs", "tanh_input"});
    CHECK(of("input/9") == Names{"inputs"});
    CHECK(of("labels") == Names{"labels"});
    CHECK(of("validation/predictions") == Names{"predictions"});
    CHECK(of("validation/activation/1") == of("activation/1"));
    CHECK(of("input_0") == Names{"inputs", "input_image", "input_sequence"});
    CHECK(of("feature_importance/weight/f0") == Names{"feature_importance"});
    CHECK(of("trees/Depth") == Names{"trees"});
    // What other programs call them.
    CHECK(isIn("relu_output", "hybridsequential0_relu0_output_0"));
    CHECK(isIn("relu_input", "ReLU_input"));
    CHECK(isIn("losses", "CrossEntropyLoss_output_0"));
    CHECK_FALSE(isIn("losses", "CrossEntropyLoss_input_0"));
    CHECK(isIn("labels", "CrossEntropyLoss_input_1"));
    CHECK(isIn("weights", "Net_fc1.weight"));
    CHECK_FALSE(isIn("weights", "gradient/Net_fc1.weight"));
}

TEST_CASE("collections: AWS's default regexes stand for them, others for what they find")
{
    CHECK(collectionsMeant(".*relu_output") == Names{"relu_output"});
    CHECK(collectionsMeant(".*tanh_input|.*sigmoid_input") == Names{"tanh_input", "sigmoid_input"});
    CHECK(collectionsMeant(".*labels") == Names{"labels"});
    CHECK(collectionsMeant(".*feature_importance/weight").empty());
    CHECK(collectionsMeant("^gradient/").empty());
    CHECK(collectionsMeant("").empty());
    const Names names{"0.weight", "gradient/0.weight", "activation/1", "input/1", "labels", "update/0.weight"};
    const LayerTypes layers = layerTypes({"1 ReLU"});
    const auto of = [&](const char* regex) { return selected({.regex = regex}, names, layers); };
    CHECK(of(".*relu_output") == std::vector<bool>{false, false, true, false, false, false});
    CHECK(of(".") == std::vector<bool>{true, true, false, false, false, false});
    CHECK(of("input/|labels") == std::vector<bool>{false, false, false, true, true, false});
    CHECK(selected({.collection = "inputs"}, names, layers) ==
          std::vector<bool>{false, false, false, true, false, false});
}

TEST_CASE("collections: each is explained")
{
    for (const std::string& collection : collections()) {
        INFO(collection);
        CHECK(collectionHelp(collection).size() > 20);
    }
    CHECK(collectionHelp("dreams").empty());
}

}
