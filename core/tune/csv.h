// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/foreign_study.h"

namespace core::tune {

/// The trials as CSV (RFC 4180), one a row: number, state, a column for each objective and each parameter, started,
/// seconds, steps, why it was stopped or failed, source, run.
std::string trialsAsCsv(const StudyState& study);

/// The study in such a table, or in one of Optuna's `trials_dataframe()` (number, value or values_0 …, params_…,
/// state). A table tells neither goals nor ranges: `goal` is minimize or maximize, and a parameter has the range that
/// its values span, or is categorical. `metric`: the column that is the objective; else those that are called as
/// figures of a run (`validation/loss`), or the first behind the state. Errors tell the line.
base::Result<ForeignStudy> readTrialsCsv(const std::string& text, const std::string& goal = {},
                                         const std::string& metric = {});

}
