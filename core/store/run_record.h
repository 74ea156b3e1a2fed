// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"
#include "core/store/tensor_series.h"

#include <filesystem>
#include <map>
#include <optional>

namespace core::store {

struct Series {
    std::vector<std::int64_t> steps;
    std::vector<double> values;
    std::vector<double> times;
};

/// A recorded run as values, whether it is going, was killed, or has ended.
struct RunRecord {
    std::string id;
    std::filesystem::path folder;
    base::Value spec;
    events::RunState state = events::RunState::Interrupted; ///< a run whose writer died is interrupted
    std::optional<events::RunOpened> opened;
    std::map<std::string, Series> scalars;
    TensorMap tensors;                 ///< statistics of weights, and of gradients under `gradient/<name>`
    std::vector<events::Event> events; ///< all others, in order; after a rewind only those that count
    std::vector<double> eventTimes;    ///< of each of `events`, seconds since the epoch
    std::optional<events::RunFinished> finished;
    double created = 0;  ///< seconds since the epoch
    std::string problem; ///< what of it is damaged or lost, if anything; the rest is here
};

/// Reads journal segments if there are any, else run.h5.
base::Result<RunRecord> readRun(const std::filesystem::path& run);

/// One row of a list of runs; reads little.
struct RunSummary {
    std::string id;
    std::filesystem::path folder;
    std::string name;
    events::RunState state = events::RunState::Interrupted;
    double created = 0;
    std::int64_t steps = 0;
    std::int64_t totalSteps = 0;
    std::vector<std::pair<std::string, double>> metrics; ///< last values
    std::string bestMetric;
    double bestValue = 0;
    std::int64_t bestEpoch = -1;
    std::int64_t testOpenings = 0;
    std::int64_t testRows = 0;                               ///< that the last opening looked at
    std::vector<std::pair<std::string, double>> testMetrics; ///< what it showed
    std::string parent;
    std::int64_t parentStep = -1;
    std::uint64_t bytes = 0;
    std::string problem; ///< why it cannot be read, if it cannot
};
/// Newest first. A folder that is no run is left out; a damaged one is listed with its problem.
std::vector<RunSummary> listRuns(const std::filesystem::path& runs);
base::Result<RunSummary> summarize(const std::filesystem::path& run);

/// Rebuilds run.h5 from the journal of a run whose writer died. Says what it did.
base::Result<std::string> repair(const std::filesystem::path& run);
/// Removes a run's folder; refused while it is being written.
base::Status removeRun(const std::filesystem::path& run);

/// Counts an opening of the test split and says how many there were, this one included.
base::Result<std::int64_t> countTestOpening(const std::filesystem::path& run);
/// Keeps what the last opening showed beside the count.
base::Status keepTestResult(const std::filesystem::path& run, std::int64_t rows,
                            const std::vector<std::pair<std::string, double>>& metrics);

}
