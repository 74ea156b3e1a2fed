// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace core::spec {

/// A statistic of a tensor with its parameters: `mean`, `dead_share(1)`, `change_ratio(1e-09,0)`. Its text is the name
/// of its column in `/tensors/<name>`.
struct Statistic {
    std::string name;
    std::vector<double> arguments = {}; ///< NaN stands for `*`: every class, label or channel that there is

    bool operator==(const Statistic& other) const; ///< a NaN equals a NaN
    /// Whether it still speaks of every one that there is.
    bool open() const;
};

/// One of its parameters.
struct StatisticArgument {
    std::string_view name;
    double least = 0, most = 0;
    bool whole = false;
    bool every = false; ///< may be `*`
};

/// A statistic that can be named, and what it needs.
struct StatisticKind {
    std::string_view name;
    std::span<const StatisticArgument> arguments = {};
    std::string_view help;
    bool past = false; ///< needs the values at the saves before
    bool pair = false; ///< of predictions beside the labels of the same rows
};

/// All of them: those without parameters first.
std::span<const StatisticKind> statisticKinds();
/// Null if there is none of this name.
const StatisticKind* statisticKind(std::string_view name);

/// Reads `dead_share(1)`, `mean`, `l2_norm` (which is l2). An error says what would be right.
base::Result<Statistic> parseStatistic(std::string_view text);
/// Its one spelling: no spaces, numbers as short as they can be read back.
std::string spell(const Statistic& statistic);

}
