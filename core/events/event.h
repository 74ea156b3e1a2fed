// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/events/findings.h"
#include "core/events/frames.h"
#include "core/events/profile.h"
#include "core/events/tensors.h"

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace core::events {

/// The values of one group of scalars at one step; names are in `RunOpened::groups[group]`.
struct ScalarRow {
    static constexpr std::size_t capacity = 12;

    std::int64_t step = 0; ///< optimizer steps done before these values were taken
    double time = 0;       ///< seconds since the epoch
    std::uint16_t group = 0;
    std::uint16_t count = 0;
    std::array<double, capacity> values{};

    bool operator==(const ScalarRow&) const = default;
};

enum class RunState { Preparing, Running, Paused, Completed, Stopped, EarlyStopped, Interrupted, Failed };
/// `preparing running paused completed stopped early_stopped interrupted failed`.
std::string_view name(RunState state);
/// False for a name that is none.
bool stateOf(std::string_view name, RunState& state);

/// The first event of a run, and again when it is resumed.
struct RunOpened {
    std::string id;
    std::string folder;
    base::Value spec; ///< resolved
    std::vector<std::vector<std::string>> groups;
    std::int64_t firstStep = 0;
    std::int64_t stepsPerEpoch = 0;
    std::int64_t totalSteps = 0;
    std::int64_t trainRows = 0, validationRows = 0, testRows = 0;
    std::int64_t threads = 1;
    std::string device = "cpu";
    std::string torch;
    std::string parent; ///< run id, for branches
    std::int64_t parentStep = -1;
    std::vector<std::string> classes;
    std::int64_t parameters = 0;
    std::string cpu = {};                  ///< the instruction set that torch chose, such as AVX512
    std::vector<std::string> tensors = {}; ///< of the network, in the order of WeightDigests
    std::vector<std::string> layers = {};  ///< name and type of each, in the order of a pass: `0 Linear`, `1 ReLU`
};

struct StateChanged {
    RunState state = RunState::Preparing;
    std::int64_t step = 0;
    std::string reason = {};
};

/// At most a few times a second, for progress lines.
struct Progress {
    std::int64_t step = 0;
    std::int64_t epoch = 0; ///< epochs done
    double trainSeconds = 0;
    double samplesPerSecond = 0;
    double secondsLeft = -1; ///< -1: not known yet
    double dataWait = 0;     ///< share of the time, 0 … 1
};

/// A new best value of the watched metric.
struct BestChanged {
    std::string metric;
    double value = 0;
    std::int64_t step = 0;
    std::int64_t epoch = 0;
};

struct CheckpointWritten {
    std::int64_t step = 0;
    std::string file;
    double seconds = 0;
    std::uint64_t bytes = 0;
};

/// A parameter that was changed while the run was going.
struct Edited {
    std::int64_t step = 0;
    std::string path;
    base::Value before, after;
};

/// From `step` on epochs have other lengths: the batch size, the rows or the end of the run were changed.
struct PlanChanged {
    std::int64_t step = 0;
    double epochs = 0; ///< done before `step`
    std::int64_t stepsPerEpoch = 1, totalSteps = 1;
};

/// Something a person should know (a paused write, a warning), with advice.
struct Notice {
    std::int64_t step = 0;
    base::Error error;
};

/// Patience used up so far, for the patience bar; also the mark of the stop.
struct PatienceChanged {
    std::int64_t step = 0, epoch = 0;
    std::int64_t waited = 0, patience = 0;
};

/// Layers that were frozen learn from update `step` on.
struct Thawed {
    std::int64_t step = 0;
    std::string layers; ///< `layer4.1`, or several with commas between
};

struct RunFinished {
    RunState state = RunState::Completed;
    std::int64_t steps = 0, epochs = 0;
    double trainSeconds = 0;
    std::vector<std::pair<std::string, double>> metrics; ///< last values
    std::string bestMetric;
    double bestValue = 0;
    std::int64_t bestEpoch = -1, bestStep = -1; ///< -1: none
    std::string digest;
    base::Error error; ///< of a failed run
};

using Event = std::variant<RunOpened, StateChanged, Progress, BestChanged, CheckpointWritten, Edited, Notice,
                           PatienceChanged, SurfaceFrame, ConfusionFrame, PredictionFrame, WeightsFrame, WeightDigests,
                           PlanChanged, TensorsNamed, TensorStats, TensorHistograms, StepTrace, Thawed, Finding,
                           RuleStateChanged, StepTimes, LayerTimes, SystemSample, RunFinished>;

}
