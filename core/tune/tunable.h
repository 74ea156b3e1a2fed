// SPDX-License-Identifier: GPL-3.0-or-later
// The setting of an experiment that a parameter's path leads to.
#pragma once

#include "core/tune/tuning_spec.h"

namespace core::tune {

/// What the setting behind a path takes, as a range; `field` is empty for a place in a list.
struct Tunable {
    Type type = Type::Continuous;
    double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
    bool aboveMin = false, belowMax = false, byFactors = false;
    base::Array options = {}; ///< of a category: everything that it can be
    bool anyValue = false;    ///< a category of anything, which only training tells
};

/// An error that says why there is nothing to tune at `spec.parameters[index]`: an unknown path (the nearest is named),
/// one that another parameter's value hides, one that is no dimension of a study.
base::Result<Tunable> tunableAt(const TuningSpec& spec, std::size_t index, const TuningSubject& subject);

}
