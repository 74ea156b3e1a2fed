// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/space.h"
#include "core/tune/tuning_spec.h"

#include <cmath>

namespace core::tune {

enum class TrialState { Waiting, Running, Paused, Completed, Stopped, Failed, Skipped };
std::string_view name(TrialState state);
std::optional<TrialState> trialState(std::string_view name);
/// Completed, stopped, failed or skipped.
bool isFinished(TrialState state);

/// Equal, or neither is a number.
inline bool sameNumber(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// A value of the first objective on the way.
struct Report {
    std::int64_t step = 0;
    double value = 0;
    std::int64_t order = 0; ///< among everything that happened in the study

    bool operator==(const Report& other) const
    {
        return step == other.step && sameNumber(value, other.value) && order == other.order;
    }
};

/// Why a trial was stopped: a value on the wrong side of a limit, and whose values the limit came from.
struct Stop {
    std::string rule; ///< of early stopping; `person` if somebody stopped it
    std::int64_t step = 0;
    double value = std::nan(""), limit = std::nan("");
    std::vector<std::int64_t> others = {};
    std::string message;
    std::optional<std::int64_t> rung = {}; ///< of successive halving: it never came to the ones after it

    bool operator==(const Stop& other) const
    {
        return rule == other.rule && step == other.step && sameNumber(value, other.value) &&
               sameNumber(limit, other.limit) && others == other.others && message == other.message &&
               rung == other.rung;
    }
};

struct Trial {
    std::int64_t number = 0;
    TrialState state = TrialState::Waiting;
    base::Object parameters;
    std::vector<double> values;  ///< one an objective, once completed
    std::vector<Report> reports; ///< ascending steps
    std::optional<Stop> stop;
    std::string source = "strategy"; ///< or `person`, `warm_start`, `import`
    base::Object notes;              ///< of the strategy (a generation, a parent) and of people (a star, a note)
    std::string run, error;
    std::int64_t attempt = 0;             ///< how often it was tried before
    double started = 0, ended = 0;        ///< seconds since the epoch
    std::int64_t asked = 0, finished = 0; ///< places in the order of what happened; 0: not yet

    bool operator==(const Trial&) const = default;
    const Report* reportAt(std::int64_t step) const;
    std::optional<std::int64_t> lastStep() const;
};

/// What a strategy or an early stopping may know: the study as it was told, in its order.
struct History {
    const Space& space;
    const std::vector<ObjectiveSpec>& objectives;
    const std::vector<Trial>& trials; ///< number i at place i
    std::uint64_t seed = 0;
    std::int64_t maxJobs = 1, maxParallelJobs = 1;
    bool transfers = false; ///< trials of a warm start were told for another task (TRANSFER_LEARNING)

    /// Whether the trial's values are on this study's own scale.
    bool compares(const Trial& trial) const;

    /// The trial's value turned so that small is good.
    double loss(const Trial& trial, std::size_t objective = 0) const;
    double asLoss(double value, std::size_t objective = 0) const;
    /// Of the first objective: completed trials' values, the last one reported of those that were stopped; nothing of
    /// others, nor of another task's.
    std::optional<double> lastLoss(const Trial& trial) const;
    /// The best completed trial of this task by the first objective (the first of equals); nullptr without one.
    const Trial* best() const;
};

}
