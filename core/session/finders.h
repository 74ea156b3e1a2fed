// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "core/train/finders.h"

namespace core::session {

using train::BatchSearch;
using train::BatchSearchOptions;
using train::BatchTrial;
using train::RangeTest;
using train::RangeTestOptions;

/// From which weights something is tried: those that an experiment would begin with, those that a recorded run had
/// after some step, or those that a run has right now.
struct TryOn {
    base::Value resolved = {};      ///< an experiment …
    std::filesystem::path run = {}; ///< … or a recorded run …
    std::int64_t step = -1;         ///< … after so many updates; -1: after the last
    std::string device = "auto";
};

/// Trains a little aside. Nothing is recorded; a run that is looked at stays as it is.
base::Result<RangeTest> rangeTest(const TryOn& from, const RangeTestOptions& options, const Going& going = {});
base::Result<BatchSearch> searchBatchSize(const TryOn& from, const BatchSearchOptions& options,
                                          const Going& going = {});

/// The same between two steps of a run that trains or is paused: its own network is borrowed and put back bit for bit.
/// `done` is told once, by the training's thread, also if the run ends before. `going` is called there too.
template <class Found>
using Done = std::function<void(base::Result<Found>)>;
base::Status rangeTest(Session& session, const RangeTestOptions& options, const Going& going, Done<RangeTest> done);
base::Status searchBatchSize(Session& session, const BatchSearchOptions& options, const Going& going,
                             Done<BatchSearch> done);

base::Value toValue(const RangeTest& test);
base::Value toValue(const BatchSearch& search);

}
