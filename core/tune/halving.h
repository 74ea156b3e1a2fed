// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/curves.h"
#include "core/tune/early_strategy.h"

#include <functional>

namespace core::tune {

/// Asynchronous successive halving as Optuna's pruner has it: rung k is at step r·η^(s + k); of the trials that came
/// there a trial goes on whose value is among the best ⌊n / η⌋ (the very best while that is none). `competes` tells who
/// counts; reports up to the place `since` in the order of the study do not: nobody knew the rungs then.
std::optional<Stop> judgeByHalving(const History& history, const Trial& trial, std::int64_t minResource,
                                   const HalvingSpec& spec, const std::string& rule,
                                   const std::function<bool(const Trial&)>& competes, std::int64_t since = 0);
/// The trial that completed first, from whose length rungs are found by themselves; nullptr before.
const Trial* firstWhole(const History& history);

struct Rung {
    std::int64_t trials = 0, resource = 0;

    bool operator==(const Rung&) const = default;
};
using Bracket = std::vector<Rung>;
/// Hyperband's table (Li et al. 2018): for R = 27, η = 3: 27 at 1, 9 at 3, 3 at 9, 1 at 27; 12 at 3, …; 6 at 9, …; 4
/// at 27.
std::vector<Bracket> hyperbandTable(std::int64_t minResource, std::int64_t maxResource, std::int64_t reductionFactor);
/// Steps that a bracket takes: those who go on resume from their checkpoint, or begin again.
std::int64_t costOf(const Bracket& bracket, bool resuming);
/// The bracket of a trial: blocks of the table's first rungs, in its order, again and again.
std::size_t bracketOf(std::int64_t trial, const std::vector<Bracket>& table);

}
