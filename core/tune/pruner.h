// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/sampler.h"

namespace core::tune {

/// Early stopping: one question, asked after every report of a trial. It sees the reports made so far and keeps nothing
/// itself, so the same rule works live and over trials that ended long ago. One plug-in of `core/tune/pruners`.
class Pruner {
public:
    virtual ~Pruner() = default;
    /// Why `trial`, whose newest report has just come, should stop; nothing if it should go on.
    virtual std::optional<Stop> judge(const History& history, const Trial& trial) const = 0;
    /// Adds what is wrong with it in such a study.
    virtual void check(const CheckedPart& part, TuningChecked& found) const { (void)part, (void)found; }
};

using Pruners = base::Registry<Pruner>;
const Pruners& allPruners();

}
