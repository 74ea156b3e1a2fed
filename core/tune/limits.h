// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace core::tune {

/// What SageMaker's Automatic Model Tuning takes at most, kept here too so that a study can move there; a file can
/// change them (`resources/tables/tuning_limits.json`).
struct Limits {
    std::int64_t parameters = 30;
    std::int64_t categoricalValues = 30;
    std::int64_t notImprovingAtLeast = 3;
    std::int64_t parents = 5;
    std::int64_t warmStartChanges = 10; ///< of parameters between tunable and static
    std::int64_t hyperbandResource = 20000;

    bool operator==(const Limits&) const = default;
};

base::Result<Limits> readLimits(const std::filesystem::path& file);

}
