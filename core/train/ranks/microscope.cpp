// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/microscope.h"

#include "core/base/clock.h"
#include "core/events/hub.h"
#include "core/train/ranks/world.h"

#include <algorithm>
#include <cmath>

namespace core::train::ranks {

using events::RankFigure;

namespace {

constexpr std::size_t figureCount = events::rankFigureNames.size();
// Of each rank: its figures, how many buckets it had, and when they were there and averaged.
constexpr std::size_t perRank = figureCount + 1 + 2 * std::size_t(events::mostBucketsTold);

std::int64_t told(const World& world)
{
    return std::min(world.size(), events::mostRanksTold);
}

std::int64_t slotsOf(const Microscope& scope)
{
    // The Reducer sorts buckets anew after the first step, and may make one more.
    return std::min(scope.buckets > 1 ? scope.buckets + 1 : scope.buckets, events::mostBucketsTold);
}

}

void Microscope::stepBegins()
{
    m_looks = m_next;
    m_began = base::steadySeconds();
    m_waited = m_waitedAtReady = m_lastReady = m_squares = 0;
    m_buckets.clear();
    m_all.reset();
}

void Microscope::bucketReady(std::size_t bucket, double squares)
{
    m_squares += squares;
    m_lastReady = base::steadySeconds() - m_began;
    m_waitedAtReady = m_waited;
    const std::size_t place = std::min(bucket, std::size_t(events::mostBucketsTold) - 1);
    // All that may come are there at once: others write into them when they are done.
    m_buckets.reserve(std::size_t(events::mostBucketsTold));
    if (place >= m_buckets.size())
        m_buckets.resize(place + 1);
    if (m_buckets[place].ready == 0)
        m_buckets[place].ready = m_lastReady;
}

void Microscope::bucketDone(std::size_t bucket)
{
    const std::size_t place = std::min(bucket, std::size_t(events::mostBucketsTold) - 1);
    RankStep::Bucket& one = m_buckets[place];
    one.done = std::max(one.done, base::steadySeconds() - m_began);
}

void Microscope::stepEnds(World& world, RankStep own, double factor, bool asked)
{
    m_next = asked;
    if (!m_looks)
        return;
    const double now = base::steadySeconds() - m_began;
    auto figure = [&](RankFigure which) -> double& { return own.figures[std::size_t(which)]; };
    figure(RankFigure::GradNorm) = std::sqrt(m_squares) * factor;
    figure(RankFigure::Compute) = std::max(0.0, m_lastReady - m_waitedAtReady);
    figure(RankFigure::Wait) = std::max(0.0, now - figure(RankFigure::Compute));
    const std::size_t ranks = std::size_t(told(world));
    at::Tensor all = tensor::zeros({std::int64_t(ranks * perRank)}, at::kDouble);
    double* numbers = all.mutable_data_ptr<double>();
    if (std::size_t(world.rank()) < ranks) {
        double* mine = numbers + std::size_t(world.rank()) * perRank;
        std::ranges::copy(own.figures, mine);
        mine[figureCount] = double(m_buckets.size());
        for (std::size_t i = 0; i < m_buckets.size(); ++i) {
            mine[figureCount + 1 + 2 * i] = m_buckets[i].ready;
            mine[figureCount + 2 + 2 * i] = m_buckets[i].done;
        }
    }
    world.sum(all);
    if (world.rank() > 0)
        return;
    m_all.emplace(ranks);
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        const double* its = numbers + rank * perRank;
        std::copy_n(its, figureCount, (*m_all)[rank].figures.begin());
        for (std::size_t i = 0; i < std::size_t(its[figureCount]); ++i)
            (*m_all)[rank].buckets.push_back({its[figureCount + 1 + 2 * i], its[figureCount + 2 + 2 * i]});
    }
}

std::optional<std::vector<RankStep>> Microscope::take()
{
    return std::exchange(m_all, std::nullopt);
}

void addRankGroups(std::vector<std::vector<std::string>>& groups, World& world)
{
    const std::int64_t slots = slotsOf(world.microscope());
    for (std::int64_t rank = 0; rank < told(world); ++rank) {
        groups.emplace_back();
        for (std::size_t i = 0; i < figureCount; ++i)
            groups.back().push_back(events::rankScalar(rank, RankFigure(i)));
        groups.emplace_back();
        for (std::int64_t bucket = 0; bucket < slots; ++bucket)
            for (const bool done : {false, true})
                groups.back().push_back(events::bucketScalar(rank, bucket, done));
    }
}

void tellRanks(World& world, events::EventHub& hub, std::int64_t step)
{
    Microscope& scope = world.microscope();
    const auto all = scope.take();
    if (!all)
        return;
    scope.toldAt = base::steadySeconds();
    std::uint16_t group = scope.group;
    const double time = base::wallSeconds();
    const auto slots = std::size_t(slotsOf(scope));
    for (const RankStep& one : *all) {
        events::ScalarRow row{step, time, group++, std::uint16_t(figureCount)};
        std::ranges::copy(one.figures, row.values.begin());
        hub.publish(row);
        events::ScalarRow times{step, time, group++};
        for (std::size_t i = 0; i < std::min(one.buckets.size(), slots); ++i) {
            times.values[times.count++] = one.buckets[i].ready;
            times.values[times.count++] = one.buckets[i].done;
        }
        if (times.count > 0)
            hub.publish(times);
    }
}

void askRanks(World& world, std::int64_t step, bool watches)
{
    Microscope& scope = world.microscope();
    const std::int64_t next = step + 1;
    scope.ask(next < 32 || next % 10 == 0 || (watches && base::steadySeconds() - scope.toldAt >= 0.01));
}

}
