// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace core::jobs {

/// What a checkpoint interval is weighed by; all in seconds.
struct IntervalCosts {
    double save = 1;    ///< C: of writing a checkpoint
    double restart = 0; ///< R: from an interruption until work goes on (start, loading; no waiting for capacity)
    double mtbf = 3600; ///< M: mean time between interruptions
};

/// Young's first order optimum √(2·C·M) (Young 1974): seconds of work between two checkpoints.
double youngInterval(const IntervalCosts& costs);

/// Daly's higher order optimum: √(2·C·M)·[1 + ⅓·√(C/2M) + C/(9·2M)] − C for C < 2M, else M (Daly 2006, eq. 37).
double dalyInterval(const IntervalCosts& costs);

/// Expected seconds to do `work` seconds of work with a checkpoint every `interval`, under interruptions at exponential
/// times: M·e^(R/M)·(e^((τ+C)/M) − 1)·work/τ (Daly 2006, eq. 20). Infinite where it overflows.
double expectedRunTime(double work, double interval, const IntervalCosts& costs);

/// One point of the curve that is drawn.
struct IntervalPoint {
    double interval = 0, seconds = 0, cost = 0;
};
/// `count` intervals by equal factors from `low` to `high`, with the price of an hour of all instances.
std::vector<IntervalPoint> intervalCurve(double work, const IntervalCosts& costs, double pricePerHour, double low,
                                         double high, int count);

}
