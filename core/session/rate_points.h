// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

namespace core::session {

/// A point that a rate's curve is dragged by. `step` counts as the schedule does.
struct RatePoint {
    std::int64_t step = 0;
    double lr = 0;
};

/// Points whose straight connection follows a schedule's rates: those of a `piecewise` schedule itself, else the fewest
/// that stay within 1 % of the highest rate, at most 12.
std::vector<RatePoint> ratePoints(const base::Value& resolved, const SchedulePreview& rates);

/// The `train.schedule` that goes through points in rising order, where it multiplies `base`.
base::Value scheduleThrough(const std::vector<RatePoint>& points, double base);

}
