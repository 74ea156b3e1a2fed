// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/trial.h"

#include <memory>

namespace core::tune {

/// A condition over trials, as a person types it above a table:
/// `state == "completed" and value > 0.8 and train.optimizer.lr < 1e-2`.
///
/// - `value` is that of the first objective (the newest reported one of a trial that has not ended), `value("metric")`
///   that of another; parameters stand by their paths, `parameter("learning rate")` where the path is no plain word.
/// - `number state source run error attempt step reports seconds rule star note`: what the trials table shows; `rule`
///   stopped the trial, `step` is its newest, `seconds` is how long it took.
/// - `+ - * /`, `< <= > >= == !=`, `in ("a", "b")`, `and or not`, `abs log log10 sqrt`, `contains(error, "memory")`,
///   `has(train.optimizer.momentum)`.
///
/// What a trial has not got makes every comparison false; `has` asks for it.
class TrialFilter {
public:
    /// Matches every trial.
    TrialFilter() = default;
    /// Reads and checks a condition; blanks match every trial. Errors tell the column, what is there and what would be
    /// right: of names, of the kinds that are compared, and of values that a category does not have.
    static base::Result<TrialFilter> parse(std::string_view text, const Space& space,
                                           const std::vector<ObjectiveSpec>& objectives = {});

    bool matches(const Trial& trial) const;

    struct Node;

private:
    std::shared_ptr<const Node> m_root;
};

}
