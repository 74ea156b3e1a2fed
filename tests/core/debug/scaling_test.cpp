// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/scaling.h"

#include <catch2/catch.hpp>

namespace tests::scaling_test {

using namespace core::debug;

namespace {

// 100 MB of gradients over links of 1 GB/s, a message of 1 ms; 0.1 s forward, 0.2 s backward.
constexpr ScalingFacts facts{0.1, 0.2, 1e8, 1e9, 1e-3, 0};

}

TEST_CASE("a ring sends 2 (N − 1) parts of 1/N, a parameter server takes in N − 1 whole gradients")
{
    CHECK(exchangeSeconds(facts, 1, Exchange::Ring) == 0);
    CHECK(exchangeSeconds(facts, 1, Exchange::ParameterServer) == 0);
    // 2 · (1 ms + 50 ms)
    CHECK(exchangeSeconds(facts, 2, Exchange::Ring) == Approx(0.102));
    // 2 · 7 · (1 ms + 12.5 ms)
    CHECK(exchangeSeconds(facts, 8, Exchange::Ring) == Approx(0.189));
    // 2 · (1 ms + 7 · 100 ms)
    CHECK(exchangeSeconds(facts, 8, Exchange::ParameterServer) == Approx(1.402));
    // 2 · 511 · (1 ms + 0.1953125 ms): of many ranks latency is what is left.
    CHECK(exchangeSeconds(facts, 512, Exchange::Ring) == Approx(1.221609375));
}

TEST_CASE("what is sent beside the backward pass costs no time")
{
    const ScaledStep bare = scaledStep(facts, 8, Exchange::Ring);
    CHECK(bare.seconds() == Approx(0.489));
    CHECK(bare.efficiency == Approx(0.3 / 0.489));
    CHECK(bare.speedup == Approx(8 * 0.3 / 0.489));
    ScalingFacts half = facts;
    half.overlap = 0.5;
    CHECK(scaledStep(half, 8, Exchange::Ring).exposed == Approx(0.089));
    half.overlap = 1;
    CHECK(scaledStep(half, 8, Exchange::Ring).exposed == 0);
    CHECK(scaledStep(half, 8, Exchange::Ring).speedup == Approx(8));
    CHECK(scaledStep(half, 8, Exchange::ParameterServer).exposed == Approx(1.202));
    CHECK(scaledStep(half, 1, Exchange::Ring).speedup == Approx(1));
}

TEST_CASE("the more ranks, the longer the slowest of them is waited for")
{
    // 1 / √π, 3 / (2 √π), and figures of tables of normal order statistics.
    CHECK(largestOfNormal(1) == 0);
    CHECK(largestOfNormal(2) == Approx(0.5641896));
    CHECK(largestOfNormal(3) == Approx(0.8462844));
    CHECK(largestOfNormal(10) == Approx(1.5387527));
    CHECK(largestOfNormal(100) == Approx(2.5075936));
    ScalingFacts uneven = facts;
    uneven.overlap = 1;
    uneven.spread = 0.1;
    const ScaledStep two = scaledStep(uneven, 2, Exchange::Ring);
    CHECK(two.uneven == Approx(0.3 * 0.05641896));
    CHECK(two.waiting() == Approx(two.uneven));
    CHECK(two.speedup == Approx(2 / 1.05641896));
    CHECK(scaledStep(uneven, 1, Exchange::Ring).efficiency == 1);
    CHECK(scaledStep(uneven, 64, Exchange::Ring).efficiency < two.efficiency);
}

TEST_CASE("how uneven steps are is told by most of them, not by one that hung")
{
    std::vector<double> seconds;
    for (int i = 0; i <= 1000; ++i)
        seconds.push_back(0.02 + 0.01 * i / 1000);
    // Of 20 to 30 ms evenly: the middle 68.26 % are 6.826 ms wide.
    CHECK(unevennessOf(seconds) == Approx(0.003413 / 0.025));
    seconds.push_back(60);
    CHECK(unevennessOf(seconds) == Approx(0.003413 / 0.025).epsilon(0.01));
    CHECK(unevennessOf(std::vector<double>(100, 0.02)) == 0);
    CHECK(unevennessOf({0.01, 0.02, 0.03}) == 0);
    CHECK(unevennessOf({}) == 0);
}

TEST_CASE("the messages of a ring leave every rank with the sum of all, and no chunk goes twice in a round")
{
    for (const std::int64_t ranks : {2, 3, 5, 8}) {
        INFO(ranks << " ranks");
        for (const auto& rank : ringState(ranks, 2 * (ranks - 1)))
            for (const std::int64_t held : rank)
                CHECK(held == ranks);
        // Behind the reduce-scatter each rank has one chunk whole.
        for (const auto& rank : ringState(ranks, ranks - 1))
            CHECK(std::count(rank.begin(), rank.end(), ranks) == 1);
        for (std::int64_t round = 0; round < 2 * (ranks - 1); ++round) {
            const auto messages = ringRound(ranks, round);
            REQUIRE(std::int64_t(messages.size()) == ranks);
            std::vector<bool> sent(std::size_t(ranks), false);
            for (const RingMessage& one : messages) {
                CHECK(one.to == (one.from + 1) % ranks);
                CHECK_FALSE(sent[std::size_t(one.chunk)]);
                sent[std::size_t(one.chunk)] = true;
                CHECK(one.adds == (round < ranks - 1));
            }
        }
        CHECK(ringRound(ranks, 2 * (ranks - 1)).empty());
    }
    CHECK(ringRound(1, 0).empty());
}

}
