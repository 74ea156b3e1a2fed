// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

namespace core::tune {

/// A study of somebody else's program.
struct ForeignStudy {
    std::string name;
    TuningSpec spec;           ///< objective and ranges; as many jobs as there are trials
    std::vector<Trial> trials; ///< of source `import`; a trial that was running has failed
};

// For the readers of such studies.

/// A parameter of which nothing is known but its values: the range that numbers span, else the categories.
ParameterSpec rangeOfValues(const std::string& path, const std::vector<base::Value>& values);
/// What no file tells: the strategy, as many jobs as there are trials, and their numbers.
void goOnWithTpe(ForeignStudy& study);

}
