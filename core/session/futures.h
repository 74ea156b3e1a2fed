// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

#include <span>

namespace core::session {

/// One figure of two futures; `with` is the mean where there are several.
struct FutureFigure {
    std::string name; ///< `validation/loss`
    bool higherIsBetter = false;
    double without = 0, with = 0;
    double spread = -1; ///< standard deviation over seeds (ddof 1); −1: there are fewer than two
    /// 1: the change made it better, −1: worse, 0: neither, or within the spread.
    int verdict = 0;
};

/// What a change did to a run: the run and its branches, compared at the last evaluation that all of them made. A run
/// that has died of numbers that are none is compared by what it had last.
struct Verdict {
    std::int64_t parted = 0;           ///< updates done by both before they differ
    std::int64_t at = 0;               ///< the step they are compared at
    std::int64_t seeds = 1;            ///< branches
    std::vector<FutureFigure> figures; ///< the watched one first
    /// `At step 400 validation/loss is 0.5121 with the change and 2.303 without: better.`
    std::string sentence() const;
};

/// `without`: the run; `with`: one branch, or one for each seed. `metric`: what is watched; empty: the run's best
/// metric, else validation/loss, else train/loss. An error if they have no figure in common.
base::Result<Verdict> judge(const store::RunRecord& without, std::span<const store::RunRecord> with,
                            std::string metric = {});
base::Value toValue(const Verdict& verdict);

}
