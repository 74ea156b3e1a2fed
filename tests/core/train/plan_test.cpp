// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/train/plan.h"

#include <map>

using core::data::BatchRange;
using core::train::Timeline;
using Batches = std::vector<BatchRange>;

namespace {

core::spec::TrainSpec spec(std::int64_t epochs, std::int64_t batch, std::int64_t accumulate = 1, bool dropLast = false)
{
    core::spec::TrainSpec train;
    train.epochs = epochs;
    train.batchSize = batch;
    train.accumulate = accumulate;
    train.dropLast = dropLast;
    return train;
}

/// How often each row of each epoch is taken between two steps.
std::map<std::int64_t, std::vector<int>> rowsTaken(const Timeline& timeline, std::int64_t rows, std::int64_t steps)
{
    std::map<std::int64_t, std::vector<int>> taken;
    for (std::int64_t step = 0; step < steps; ++step)
        for (const BatchRange& batch : timeline.batchesOf(step)) {
            auto& counts = taken[batch.epoch];
            counts.resize(std::size_t(rows));
            for (std::int64_t row = batch.first; row < batch.first + batch.count; ++row)
                ++counts.at(std::size_t(row));
        }
    return taken;
}

}

TEST_CASE("without edits every step takes its batches as planned")
{
    const Timeline timeline = *Timeline::make(spec(3, 4, 2), 21);
    CHECK(timeline.plan().stepsPerEpoch == 3);
    CHECK(timeline.totalSteps() == 9);
    CHECK((timeline.batchesOf(0) == Batches{{0, 0, 4}, {0, 4, 4}}));
    CHECK((timeline.batchesOf(5) == Batches{{1, 16, 4}, {1, 20, 1}}));
    CHECK(timeline.epochOf(5) == 1);
    CHECK(timeline.epochEndsAt(6));
    CHECK_FALSE(timeline.epochEndsAt(5));
    CHECK(timeline.scheduleStep(7) == 7);
    CHECK(timeline.epochsAt(3) == 1);
}

TEST_CASE("a smaller batch from the middle of an epoch on takes every row once, and the epochs stay as many")
{
    Timeline timeline = *Timeline::make(spec(4, 8), 30);
    REQUIRE(timeline.change(6, spec(4, 3), 30, false)); // after 16 rows of the second epoch
    CHECK((timeline.batchesOf(5) == Batches{{1, 8, 8}}));
    CHECK((timeline.batchesOf(6) == Batches{{1, 16, 3}}));
    CHECK(timeline.totalSteps() == 6 + 5 + 2 * 10);
    CHECK(timeline.epochEndsAt(11));
    for (const auto& [epoch, counts] : rowsTaken(timeline, 30, timeline.totalSteps())) {
        INFO(epoch);
        CHECK(counts == std::vector<int>(30, 1));
    }
    CHECK(timeline.scheduleStep(6) == 15);
}

TEST_CASE(
    "other rows begin the epoch anew; a longer run only ends later; a change at the same step replaces the one before")
{
    Timeline timeline = *Timeline::make(spec(2, 5), 20);
    REQUIRE(timeline.change(3, spec(2, 5), 12, true));
    CHECK((timeline.batchesOf(3) == Batches{{0, 0, 5}}));
    CHECK(timeline.totalSteps() == 3 + 2 * 3);
    REQUIRE(timeline.change(3, spec(2, 4), 12, false));
    CHECK((timeline.batchesOf(3) == Batches{{0, 0, 4}}));
    REQUIRE(timeline.change(5, spec(7, 4), 12, false));
    CHECK(timeline.totalSteps() == 3 + 7 * 3);
}

TEST_CASE("the stretches survive being saved")
{
    Timeline timeline = *Timeline::make(spec(4, 8, 1, true), 30);
    REQUIRE(timeline.change(5, spec(4, 7, 2, true), 30, false));
    REQUIRE(timeline.change(7, spec(4, 30, 1, true), 30, false));
    Timeline again = *Timeline::make(spec(4, 8, 1, true), 30);
    again.load(timeline.state(), spec(4, 30, 1, true));
    CHECK(again.totalSteps() == timeline.totalSteps());
    for (std::int64_t step = 0; step < timeline.totalSteps(); ++step) {
        CHECK((again.batchesOf(step) == timeline.batchesOf(step)));
        CHECK(again.epochEndsAt(step) == timeline.epochEndsAt(step));
        CHECK_FALSE(timeline.batchesOf(step).empty());
    }
}
