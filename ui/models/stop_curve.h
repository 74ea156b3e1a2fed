// SPDX-License-Identifier: GPL-3.0-or-later
// The exact comparison that stopped a trial.
#pragma once

#include "core/tune/study_state.h"

#include <QPolygonF>

namespace ui::models {

struct StopCurve {
    QPolygonF limit;            ///< at each of the trial's reports at which the rule judged: what it was held against
    std::vector<qint64> others; ///< whose values the limit came from
};
/// Of a trial that was stopped against others; empty for all else. The rule is asked again at each report, about what
/// was known by then; where its last answer is not the one on record (the study was changed since), the limit is a
/// level line.
StopCurve stopCurveOf(const core::tune::StudyState& study, qint64 trial);

}
