// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

namespace core::tune {

/// The trials as CSV (RFC 4180), one a row: number, state, a column for each objective and each parameter, started,
/// seconds, steps, why it was stopped or failed, source, run.
std::string trialsAsCsv(const StudyState& study);

}
