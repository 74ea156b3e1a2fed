// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/run_model.h"

namespace ui::models {

/// `two-moons · overfit`: the data and what the experiment is called; `new experiment` while nothing is set.
QString experimentTitle(const QString& name, const core::base::Value& resolved);

/// `epoch <b>7</b>/30 · 41 s left`, `paused · epoch <b>7</b>/30`, `nothing is training`.
QString progressText(const RunModel* front, bool training, bool paused);

/// Steps done of those planned, 0 … 1.
double progressShare(const RunModel& run);

/// `step 1 500` and `epoch 30 of 30`.
QString stepText(const RunModel& run);
QString epochText(const RunModel& run);
/// The same of its end, as planned.
QString lastStepText(const RunModel& run);
QString lastEpochText(const RunModel& run);

/// One word for how a run stands: `Live`, `Paused`, `Done`, `Stopped`, `Early stop`, `Interrupted`, `Failed`.
QString stateWord(const RunModel& run);

}
