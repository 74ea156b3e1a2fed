// SPDX-License-Identifier: GPL-3.0-or-later
// Where a study's parameters and objectives stand on axes from 0 to 1.
#pragma once

#include "core/tune/study_state.h"
#include "ui/plots/ticks.h"
#include "ui/plots/trial_mark.h"

namespace ui::models {

/// Names of a parameter's values at their places of the unit cube.
std::vector<plots::Tick> ticksOf(const core::tune::Distribution& range);

/// By a logarithm where all are positive and they span a large factor.
bool wantsLog(const std::vector<double>& values);
plots::ValueFormat formatOf(const core::tune::StudyState& study, std::size_t objective = 0);
/// Of one objective: what a trial ended with; of the first one also what it said last.
std::optional<double> valueOf(const core::tune::Trial& trial, std::size_t objective);
/// All finite values of an objective.
std::vector<double> valuesOf(const core::tune::StudyState& study, std::size_t objective = 0);
plots::TrialMark markOf(const core::tune::Trial& trial);
/// `Validation loss` for `validation/loss`.
QString metricTitle(const std::string& metric);

/// Numbers on an axis from 0 to 1, rising or, where all are positive and far apart, by their logarithm.
struct ValueAxis {
    plots::Range range;
    bool log = false;
    plots::ValueFormat format = plots::ValueFormat::Number;

    ValueAxis() = default;
    ValueAxis(const std::vector<double>& values, plots::ValueFormat format);
    /// Of an objective's values.
    explicit ValueAxis(const core::tune::StudyState& study, std::size_t objective = 0);
    double place(double value) const;
    double value(double place) const;
    std::vector<plots::Tick> ticks(int count = 5) const;
};

}
