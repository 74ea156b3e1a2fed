// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/spec/experiment.h"

#include <array>
#include <span>

namespace core::data {

/// Which rows go where; ascending within each part.
struct SplitRows {
    std::vector<std::int64_t> train, validation, test;
};

struct SplitRequest {
    spec::SplitSpec spec;
    std::int64_t rows = 0;
    std::span<const std::int64_t> classes;   ///< class id per row; empty for regression
    std::span<const std::string> classNames; ///< for errors; may be empty
    std::span<const double> times;           ///< per row; empty: the order of the rows
    double test = 0.15;                      ///< share after defaults: 0 where the source brings its own test rows
    std::span<const std::int64_t> groups;    ///< per row, 0, 1, …; empty: none were asked for
    std::span<const std::int32_t> parts;     ///< per row what is predefined: 0 train, 1 validation, 2 test; or empty
};

/// Divides rows into parts. One plug-in of `core/data/splits`; parts are disjoint, and cover every row but those that a
/// gap leaves out.
class Split {
public:
    virtual ~Split() = default;
    /// Where there are folds: that of `request.spec.fold`, or the first.
    virtual base::Result<SplitRows> divide(const SplitRequest& request) const = 0;
    /// How many ways there are to train and validate; the test part is the same in all of them.
    virtual std::int64_t folds(const SplitRequest& request) const
    {
        (void)request;
        return 1;
    }
};

using Splits = base::Registry<Split>;
const Splits& allSplits();

/// Sizes of the parts of `rows`: validation and test rounded to the nearest row, training gets the rest.
/// An error if the shares are negative, sum to more than 1, or leave nothing to train on.
base::Result<std::array<std::int64_t, 3>> partSizes(std::int64_t rows, double train, double validation, double test);

/// The share of the test split: as given, else 0 where the source brings test rows of its own, else what
/// `train` and `validation` leave (0.15 by their defaults).
double testShare(const spec::SplitSpec& spec, bool ownTestRows);

/// The fold that is asked for; an error if there are fewer.
base::Result<std::int64_t> chosenFold(const SplitRequest& request, std::int64_t folds);

/// Rows in the order of their times; without times their own order. A row without a time comes last.
std::vector<std::int64_t> inTime(const SplitRequest& request);

/// Deals `order` out: the first rows train, the next validate, the last test.
SplitRows dealOut(std::vector<std::int64_t> order, const std::array<std::int64_t, 3>& sizes);

/// How many rows of each class go to each part: [class][part]. Part p of class c gets its exact share
/// `counts[c] · sizes[p] / rows` rounded up or down, and both margins are met (controlled rounding, Causey et al.
/// 1985).
std::vector<std::array<std::int64_t, 3>> stratify(const std::vector<std::int64_t>& counts,
                                                  const std::array<std::int64_t, 3>& sizes);

}
