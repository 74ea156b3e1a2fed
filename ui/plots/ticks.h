// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/plot_specs.h"

#include <vector>

namespace ui::plots {

struct Tick {
    double value = 0;
    QString label; ///< empty for a line without a name
};

/// At most about `count` ticks at multiples of 1, 2, 2.5 or 5 times a power of ten in [lo, hi], all with the same
/// number of decimals; thousands as `1.25 k`. `whole` allows no fractions (steps).
std::vector<Tick> linearTicks(double lo, double hi, int count, ValueFormat format = ValueFormat::Number,
                              bool whole = false);
/// Powers of ten, thinned to `count`; over less than two decades also 2 and 5 times them; over less than a factor of 2
/// linear ones. Empty unless 0 < lo < hi.
std::vector<Tick> logTicks(double lo, double hi, int count, ValueFormat format = ValueFormat::Number);
/// Multiples of 1, 2, 5, 10, 15, 30 seconds, minutes and hours: `30 s`, `2 min`, `1 h`.
std::vector<Tick> timeTicks(double lo, double hi, int count);

/// `1 k`, `0.05`, `1e-4`: a tick's name by itself.
QString tickLabel(double value);

struct Range {
    double lo = 0, hi = 1;
    double span() const { return hi - lo; }
    bool operator==(const Range&) const = default;
};

/// The range that a person would let an axis have for data in [lo, hi]: ends on ticks, so that a growing curve does not
/// shift it at every step. For `log`, both must be positive.
Range niceRange(double lo, double hi, bool log, int count, ValueFormat format = ValueFormat::Number);

}
