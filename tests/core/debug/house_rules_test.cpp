// SPDX-License-Identifier: GPL-3.0-or-later
// Our own rules: a run that is sick, and one that is not.
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::house_rules_test {

using test::fires;
using test::rule;

namespace {

// `train/loss: …` of that many steps.
std::string losses(int steps, double (*of)(int))
{
    std::string line = "train/loss:";
    for (int i = 0; i < steps; ++i)
        line += " " + std::to_string(of(i));
    return line;
}

}

TEST_CASE("a loss that is no number is told once it is there")
{
    CHECK(fires("train/loss: 1 2 nan nan", rule("NonFiniteLoss")) == "2 3");
    CHECK(fires("train/loss: 1 2 3 4", rule("NonFiniteLoss")).empty());
}

TEST_CASE("steps that wait for data are told after blocks in a row")
{
    CHECK(fires("profile/data_wait: 0.6 0.6 0.6 0.6 0.6 0.6", rule("DataStarved")) == "4 5");
    CHECK(fires("profile/data_wait: 0.6 0.6 0.1 0.6 0.6 0.6", rule("DataStarved")).empty());
}

TEST_CASE("a loss that swings fires, one that falls does not")
{
    const auto swings = losses(400, [](int i) { return (i / 10) % 2 ? 2.0 : 0.5; });
    const auto falls = losses(400, [](int i) { return 2.0 / (1 + 0.05 * i); });
    CHECK_FALSE(fires(swings, rule("LossOscillating")).empty());
    CHECK(fires(falls, rule("LossOscillating")).empty());
}

TEST_CASE("a loss that jumps from batch to batch without falling is noise, a smooth one is none")
{
    const auto jumps = losses(600, [](int i) { return i % 2 ? 3.0 : 0.2; });
    const auto flat = losses(600, [](int) { return 1.0; });
    CHECK_FALSE(fires(jumps, rule("GradientNoise")).empty());
    CHECK(fires(flat, rule("GradientNoise")).empty());
}

TEST_CASE("swings and noise of a loss that has come down are those of a run that has arrived")
{
    const auto arrived = losses(600, [](int i) { return i < 20 ? 8.0 : (i / 10) % 2 ? 1.0 : 0.2; });
    CHECK(fires(arrived, rule("LossOscillating")).empty());
    CHECK_FALSE(fires(arrived, rule("LossOscillating", {{"far", 0.01}})).empty());
    const auto noisy = losses(600, [](int i) { return i < 20 ? 8.0 : i % 2 ? 1.0 : 0.1; });
    CHECK(fires(noisy, rule("GradientNoise")).empty());
    CHECK_FALSE(fires(noisy, rule("GradientNoise", {{"far", 0.01}})).empty());
}

}
