// SPDX-License-Identifier: GPL-3.0-or-later
// What plots of a study show of it.
#pragma once

#include "core/tune/study_state.h"
#include "ui/models/study_axes.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/trials_plot.h"

namespace ui::models {

/// Every trial's value by number, and the best so far.
plots::TrialsPlot::Spec historyOf(const core::tune::StudyState& study);
/// What every trial reported on its way.
plots::TrialsPlot::Spec curvesOf(const core::tune::StudyState& study);
/// The parameters and the objective as axes.
std::vector<plots::ParallelPlot::Axis> axesOf(const core::tune::StudyState& study);
/// Every trial that has a value, on those axes.
std::vector<plots::ParallelPlot::Line> linesOf(const core::tune::StudyState& study);

}
