// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace core::store {

/// What a person says of a run: it is healthy, or sick of what some rules look for. Kept beside the run as `mark.json`.
struct RunMark {
    enum class Health { Unknown, Healthy, Sick };
    Health health = Health::Unknown;
    std::vector<std::string> rules; ///< of a sick one

    /// Whether a rule should find something: of what nobody said anything of, nothing.
    std::optional<bool> sickOf(const std::string& rule) const;
    /// With what is said of one rule taken in: sick of it, or (of a healthy run) of none.
    void set(const std::string& rule, std::optional<bool> sick);

    bool operator==(const RunMark&) const = default;
};

/// Without a mark: Unknown.
base::Result<RunMark> readMark(const std::filesystem::path& run);
/// Unknown takes the mark away.
base::Status writeMark(const std::filesystem::path& run, const RunMark& mark);

}
