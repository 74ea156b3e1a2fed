// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/fix.h"
#include "core/session/futures.h"
#include "core/session/session.h"
#include "core/session/sweep_set.h"

namespace core::session {

/// A change that is tried against a symptom: the run as it would have gone on with it, beside the run as it went.
struct CureWish {
    std::filesystem::path run;
    std::int64_t step = 0; ///< where the branch grows; see keyframeBefore()
    std::vector<std::pair<std::string, base::Value>> changes;
    std::int64_t seeds = 1; ///< branches; the first has the run's own seed, the others draw other batches
    std::string metric;     ///< that is watched; empty: the run's own
};

struct CureProgress {
    std::int64_t branch = 0, branches = 1; ///< that is made now, from 0
    std::int64_t step = 0, from = 0, to = 0;
    double share = 0;        ///< of all of it, 0 … 1
    double secondsLeft = -1; ///< -1: not known yet
};

struct CureWatch {
    std::function<void(const CureProgress&)> told;
    /// A branch was made and will be trained when this returns; on the thread of tryFix().
    std::function<void(std::int64_t branch, Session& session)> began;
    std::function<void()> ended; ///< it has; the session goes when this returns
};

struct Cure {
    std::vector<std::filesystem::path> branches; ///< runs like any other
    Verdict verdict;
};

/// Which change helps against what a rule found, and where it begins.
struct CurePlan {
    events::Finding finding; ///< the first of the rule
    debug::Offer fix;
    std::int64_t step = 0; ///< where the branch grows
};
/// `VanishingGradient`, or with a fix's key `VanishingGradient.relu`; without one the best that applies. Errors name
/// the rules that fired, or the fixes that there are.
base::Result<CurePlan> planCure(const std::filesystem::path& run, const std::string& wanted);
/// Where a branch with that fix grows.
std::int64_t stepOf(const debug::Offer& fix, const events::Finding& finding, const store::RunRecord& run);

/// The newest keyframe of a run at or before a step: from there it goes on at once. 0 if there is none.
std::int64_t keyframeBefore(const std::filesystem::path& run, std::int64_t step);

/// Grows the branches one after the other, each as far as the run has come (to its end where the run failed), and
/// compares. Blocks. What was made before it is stopped stays.
base::Result<Cure> tryFix(const CureWish& wish, const Options& options, const SweepControl& control,
                          const CureWatch& watch = {});

}
