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

}
