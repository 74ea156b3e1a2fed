// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"
#include "core/data/split.h"

namespace core::data {

/// What a split may go by, of the rows that are divided.
struct RowLabels {
    std::vector<std::int64_t> rows; ///< which ones; set beforehand
    std::vector<std::int64_t> classes;
    std::vector<double> times;
    std::vector<std::int64_t> groups;
    std::vector<std::int32_t> parts;

    /// Errors name `/split/group` or `/split/column`.
    base::Status read(const Loaded& loaded, const spec::SplitSpec& split);
    /// Refers to this object.
    SplitRequest request(const Loaded& loaded, const spec::SplitSpec& split, double test) const;
    /// Where times order the rows, each must have one.
    base::Status checkTimes(const Loaded& loaded, const SplitRequest& request) const;
};

}
