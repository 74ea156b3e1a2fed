// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// A function that strategies are to make small; the same in peer.py.
struct SamplerProblem {
    std::string name;
    std::string parameters; ///< the list of a study's part `tuning`, without its brackets
    std::function<double(const core::base::Object&)> value; ///< how far a point is above the minimum
    /// Of the second set, whose problems and seeds (100 …) were left aside while strategies' settings were chosen.
    bool heldOut = false;

    int firstSeed() const { return heldOut ? 100 : 0; }
};

core::base::Result<std::vector<SamplerProblem>> samplerProblems();

}
