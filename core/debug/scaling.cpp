// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/scaling.h"

#include "core/debug/percentile.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::debug {

double largestOfNormal(std::int64_t count)
{
    if (count < 2)
        return 0;
    // Both ends are 0, so the trapezoid rule is as good as any.
    constexpr double end = 9, width = 0.05;
    double sum = 0;
    for (double x = -end; x <= end; x += width)
        sum += x * std::exp(-x * x / 2) * std::pow(std::erfc(-x / std::numbers::sqrt2) / 2, double(count - 1));
    return double(count) * width * sum / std::sqrt(2 * std::numbers::pi);
}

double unevennessOf(std::vector<double> taken)
{
    constexpr std::size_t fewest = 8;
    constexpr double below = 15.87, above = 84.13; // Φ(−1), Φ(1)
    std::erase_if(taken, [](double one) { return !(one > 0) || !std::isfinite(one); });
    if (taken.size() < fewest)
        return 0;
    return (percentile(taken, above) - percentile(taken, below)) / 2 / percentile(taken, 50);
}

double exchangeSeconds(const ScalingFacts& facts, std::int64_t ranks, Exchange exchange)
{
    if (ranks < 2)
        return 0;
    const double others = double(ranks - 1);
    if (exchange == Exchange::Ring)
        return 2 * others * (facts.latency + facts.bytes / double(ranks) / facts.bandwidth);
    return 2 * (facts.latency + others * facts.bytes / facts.bandwidth);
}

ScaledStep scaledStep(const ScalingFacts& facts, std::int64_t ranks, Exchange exchange)
{
    ScaledStep step{ranks, facts.forwardSeconds + facts.backwardSeconds};
    step.exchange = exchangeSeconds(facts, ranks, exchange);
    step.exposed = std::max(0.0, step.exchange - std::clamp(facts.overlap, 0.0, 1.0) * facts.backwardSeconds);
    step.uneven = step.compute * std::max(0.0, facts.spread) * largestOfNormal(ranks);
    if (step.seconds() > 0)
        step.efficiency = step.compute / step.seconds();
    step.speedup = step.efficiency * double(ranks);
    return step;
}

std::vector<RingMessage> ringRound(std::int64_t ranks, std::int64_t round)
{
    std::vector<RingMessage> messages;
    if (ranks < 2 || round < 0 || round >= 2 * (ranks - 1))
        return messages;
    const bool adds = round < ranks - 1;
    // Behind the reduce-scatter rank r holds the whole sum of chunk r + 1.
    const std::int64_t back = adds ? round : round - (ranks - 1) - 1;
    for (std::int64_t rank = 0; rank < ranks; ++rank)
        messages.push_back({rank, (rank + 1) % ranks, ((rank - back) % ranks + ranks) % ranks, adds});
    return messages;
}

std::vector<std::vector<std::int64_t>> ringState(std::int64_t ranks, std::int64_t round)
{
    std::vector<std::vector<std::int64_t>> held(std::size_t(ranks), std::vector<std::int64_t>(std::size_t(ranks), 1));
    for (std::int64_t i = 0; i < round; ++i) {
        const auto before = held;
        for (const RingMessage& message : ringRound(ranks, i)) {
            const std::int64_t sent = before[std::size_t(message.from)][std::size_t(message.chunk)];
            std::int64_t& there = held[std::size_t(message.to)][std::size_t(message.chunk)];
            there = message.adds ? there + sent : sent;
        }
    }
    return held;
}

}
