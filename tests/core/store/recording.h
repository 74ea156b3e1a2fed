// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/store/recorder.h"
#include "core/store/run_record.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests {

namespace events = core::events;
namespace store = core::store;

/// The thread of such a recorder sleeps: everything happens in sync() and finish(), on the test's own thread.
inline store::RecorderOptions byHand(bool liveView = false)
{
    return {liveView, 1e6, 1e6, 0};
}

inline core::base::Value sampleSpec()
{
    return core::base::Object{{"name", "Two moons"}, {"train", core::base::Object{{"seed", 7}, {"epochs", 3}}}};
}

inline events::RunOpened sampleOpening(const store::RunFolder& run)
{
    events::RunOpened opened;
    opened.id = run.id();
    opened.folder = run.path().string();
    opened.spec = sampleSpec();
    opened.groups = {{"train/loss", "train/lr"}, {"validation/loss"}};
    opened.stepsPerEpoch = 10;
    opened.totalSteps = 30;
    opened.threads = 2;
    opened.torch = "2.11.0";
    opened.classes = {"one", "two"};
    return opened;
}

/// What a training records at `step`, the same whenever it is asked.
inline events::ScalarRow trainRow(std::int64_t step)
{
    return {step, 1.7e9 + double(step) / 64, 0, 2, {double(1.0f / float(step + 1)), 0.1}};
}
inline events::ScalarRow validationRow(std::int64_t step)
{
    return {step, 1.7e9 + double(step) / 64, 1, 1, {2.0 / double(step + 1)}};
}

inline void recordSteps(store::Recorder& recorder, std::int64_t from, std::int64_t to)
{
    for (std::int64_t step = from; step < to; ++step)
        recorder.onScalars(trainRow(step));
}

/// True if the series holds the values of steps `0 … count − 1` of trainRow() and nothing else.
inline bool holdsSteps(const store::RunRecord& record, std::int64_t count)
{
    const auto loss = record.scalars.find("train/loss");
    const auto rate = record.scalars.find("train/lr");
    if (loss == record.scalars.end() || rate == record.scalars.end())
        return count == 0;
    const auto size = std::size_t(count);
    if (loss->second.steps.size() != size || rate->second.steps != loss->second.steps ||
        rate->second.values.size() != size)
        return false;
    for (std::size_t i = 0; i < size; ++i) {
        const events::ScalarRow row = trainRow(std::int64_t(i));
        if (loss->second.steps[i] != row.step || loss->second.values[i] != row.values[0] ||
            loss->second.times[i] != row.time || rate->second.values[i] != row.values[1])
            return false;
    }
    return true;
}

inline store::RunFolder newRun(const std::filesystem::path& runs)
{
    auto run = store::RunFolder::create(runs, "Two moons", sampleSpec());
    REQUIRE(run);
    return std::move(*run);
}

inline std::unique_ptr<store::Recorder> openRecorder(const store::RunFolder& run, store::RecorderOptions options)
{
    auto recorder = store::Recorder::open(run, options);
    REQUIRE(recorder);
    return std::move(*recorder);
}

inline events::RunFinished sampleEnd(std::int64_t steps)
{
    events::RunFinished finished;
    finished.state = events::RunState::Completed;
    finished.steps = steps;
    finished.epochs = steps / 10;
    finished.metrics = {{"train/loss", 0.25}, {"validation/loss", 0.5}};
    finished.bestMetric = "validation/loss";
    finished.bestValue = 0.5;
    finished.bestEpoch = 2;
    finished.bestStep = 20;
    finished.digest = "00112233445566778899aabbccddeeff";
    return finished;
}

}
