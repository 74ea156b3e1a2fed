// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/tally.h"

namespace core::train {

/// More classes than these are not told one by one.
inline constexpr std::size_t mostClassCurves = 100;

/// `precision/<class>`, `recall/<class>`, `f1/<class>` and `support/<class>` of each class in turn. A `/` in a class's
/// name would be a folder in run.h5: it becomes `_`.
std::vector<std::string> classCurveNames(const std::vector<std::string>& classes);
/// What they are, in that order.
std::vector<double> classCurveValues(const std::vector<ClassCounts>& classes);

}
