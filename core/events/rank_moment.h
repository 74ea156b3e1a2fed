// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/rank_scalars.h"

#include <functional>
#include <optional>
#include <vector>

namespace core::events {

/// What the ranks of a training did in one step, read back from its scalars; see core/events/rank_scalars.h.
struct RankMoment {
    struct Bucket {
        double ready = 0, done = 0; ///< seconds since the step began
    };
    struct Rank {
        std::array<double, rankFigureNames.size()> figures{};
        std::vector<Bucket> buckets;

        double figure(RankFigure which) const { return figures[std::size_t(which)]; }
        double seconds() const { return figure(RankFigure::Compute) + figure(RankFigure::Wait); }
    };
    std::int64_t step = 0;
    std::vector<Rank> ranks;

    /// Whether a figure is the same of all ranks that have it.
    bool equal(RankFigure which) const;
    /// Whether any two ranks have the same batch.
    bool sharedRows() const;
    double rows() const;
};

/// The value of a scalar at a step, if it has one.
using ScalarAt = std::function<std::optional<double>(const std::string& name, std::int64_t step)>;
/// Empty `ranks` where none were measured at that step.
RankMoment ranksAt(std::int64_t step, const ScalarAt& value);

/// 32 bits as eight hexadecimal digits; empty for what is no digest.
std::string digestText(double digest);

}
