// SPDX-License-Identifier: GPL-3.0-or-later
// Optuna's plots of a study, as what a StudyPlot shows. Trials keep their numbers, so that one can be lit in all.
#pragma once

#include "core/tune/study_state.h"
#include "ui/plots/study_plot.h"

namespace ui::models {

/// The axis of a parameter, and of an objective.
plots::StudyPlot::Axis parameterAxis(const core::tune::StudyState& study, std::size_t parameter);
plots::StudyPlot::Axis objectiveAxis(const core::tune::StudyState& study, std::size_t objective = 0);
/// Where a trial stands on a parameter's axis; trials of one category lie side by side. NaN: it has no value there.
double placeOn(const core::tune::StudyState& study, const core::tune::Trial& trial, std::size_t parameter);
/// `trial 7 · 0.0821`.
QString trialText(const core::tune::StudyState& study, const core::tune::Trial& trial, std::size_t objective = 0);

/// The objective against one parameter.
plots::StudyPlot::Spec sliceFigure(const core::tune::StudyState& study, std::size_t parameter,
                                   std::size_t objective = 0);
/// Two parameters, each trial in the colour of its rank.
plots::StudyPlot::Spec rankFigure(const core::tune::StudyState& study, std::size_t x, std::size_t y,
                                  std::size_t objective = 0);
/// Two parameters and the objective between the trials that were made, as a coloured field.
plots::StudyPlot::Spec contourFigure(const core::tune::StudyState& study, std::size_t x, std::size_t y,
                                     std::size_t objective = 0);
/// The share of trials at most as large as a value; `others` beside it, by their names.
plots::StudyPlot::Spec edfFigure(const core::tune::StudyState& study, std::size_t objective = 0,
                                 const std::vector<const core::tune::StudyState*>& others = {});
/// When which trial was trained, one lane for each place among the workers. `now`: where those that train end.
plots::StudyPlot::Spec timelineFigure(const core::tune::StudyState& study, double now);
/// Two objectives, the front marked; empty with one objective.
plots::StudyPlot::Spec paretoFigure(const core::tune::StudyState& study, std::size_t x, std::size_t y);
/// The volume that the trials dominate, after each that ended.
plots::StudyPlot::Spec hypervolumeFigure(const core::tune::StudyState& study);

}
