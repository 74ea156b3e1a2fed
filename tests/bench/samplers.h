// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <vector>

namespace bench {

/// What of the samplers' benchmark is measured.
struct SamplersAsked {
    /// Strategies (`gp`, `tpe`, `cmaes`, `nsgaii`) and problems (`branin`, …; `suggest` is the time of a suggestion);
    /// of each sort all where none is named.
    std::vector<std::string> only;
    /// A JSON file of Optuna's figures: those that stand in it are not measured again, new ones are added. Empty: none.
    std::string peerFile;
};

/// Every figure is told on standard error as soon as it is measured.
core::base::Result<core::base::Object> samplers(const SamplersAsked& asked);

}
