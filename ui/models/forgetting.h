// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <QString>

#include <optional>
#include <vector>

namespace ui::models {

class RunModel;

/// How an old task fares while a run learns a new one on top of it, at the step that the run shows.
struct Forgetting {
    QString metric; ///< `accuracy`, or `loss` where there are no classes
    double atStart = 0, now = 0;
    double fresh = 0;     ///< of the new task's validation rows; NaN before the first evaluation
    double forgotten = 0; ///< as `old/forgetting` has it
};
/// Nothing where the run has no old task, or nothing was evaluated yet.
std::optional<Forgetting> forgettingOf(const RunModel& run);

/// `−12.3 points since the start`, of an accuracy; of a loss `+0.41 since the start`.
QString forgottenText(const Forgetting& forgetting);

/// What was done against it: `Rehearsal`, by the plug-in's title. Empty where nothing is learned incrementally.
QString remedyTitle(const core::base::Value& resolved);

/// The experiment once for each remedy, `none` first; one that the experiment already has keeps its settings.
std::vector<core::base::Value> withEachRemedy(const core::base::Value& resolved);

}
