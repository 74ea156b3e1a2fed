// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/tune/limits.h"

#include <filesystem>

namespace core::session {

/// What a parameter may be, as a file says it: the keys of an entry of `tuning.parameters`.
struct RangeLimit {
    base::Object keys;
    std::string where; ///< the file and its line or place
};

/// CSV with a header of `path` and some of `min max step scale values type`, where values are a JSON list or stand
/// between `|`; or JSON: a list of objects with these keys. Errors of kind Data name the line.
base::Result<std::vector<RangeLimit>> readRangeLimits(const std::filesystem::path& file);

/// Fills what the parameters of a part `tuning` leave out from the file that its key `limits` names, if it names one;
/// relative paths start at `folder`. Where the part has no parameters all of the file are tuned. An error if one goes
/// beyond the file.
base::Status applyLimits(base::Value& tuning, const std::filesystem::path& folder);

/// How much a study may ask for: `resources/tables/tuning_limits.json` of this program, or built-in figures without it.
base::Result<tune::Limits> shippedLimits();

}
