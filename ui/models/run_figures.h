// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/closing_sentence.h"

#include <QString>

namespace ui::models {

class FoldCurves;
class RunModel;

/// What the closing sentence needs to know of a run.
RunFigures figuresOf(const RunModel& run);

/// The same of the mean over folds, with the settings of one of them.
RunFigures figuresOf(const FoldCurves& folds, const RunModel& one);

/// The metric beside the loss that a run is shown with (`accuracy`); empty if there is none.
QString shownMetric(const RunModel& run);

/// The last finite value of a scalar; NaN if there is none.
double lastValue(const RunModel& run, const QString& name);

/// How runs of an experiment are named on screen: `two-moons, 60 rows`, `mlp 48, 48`, `30 epochs, SGD`.
struct Facts {
    QString data, model, training;
};
Facts factsOf(const core::base::Value& resolved);

/// `cross-entropy`, of a resolved experiment; empty if the task decides and nothing is known of it.
QString lossName(const core::base::Value& resolved, bool classification);

/// `0.1`, `48, 48`, `off`: a setting as a person reads it.
QString readable(const core::base::Value& value);

}
