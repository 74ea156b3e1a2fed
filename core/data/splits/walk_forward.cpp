// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/split.h"

#include <algorithm>

namespace core::data::splits::walk_forward {

namespace {

struct Spec {};

/// scikit-learn's TimeSeriesSplit: with n rows and k folds each validates on n / (k + 1) rows, rounded down; the last
/// fold ends with the rows. `sliding` is its max_train_size, set to what the first fold trains on.
class WalkForward final : public Split {
public:
    explicit WalkForward(Spec) {}

    std::int64_t folds(const SplitRequest& request) const override { return request.spec.folds; }

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        CORE_TRY(fold, chosenFold(request, request.spec.folds));
        CORE_TRY(sizes, partSizes(request.rows, 1 - request.test, 0, request.test));
        const std::int64_t folds = request.spec.folds, gap = request.spec.gap;
        // The gap keeps the test part away from what comes before it, too.
        const std::int64_t rows = sizes[0] - (sizes[2] > 0 ? std::min(gap, sizes[0]) : 0);
        const std::int64_t each = rows / (folds + 1), firstBegin = rows - folds * each;
        if (each < 1 || firstBegin - gap < 1)
            return base::Error{base::ErrorKind::Data,
                               std::to_string(rows) + " rows are too few for " + std::to_string(folds) +
                                   " steps forward" + (gap > 0 ? " with a gap of " + std::to_string(gap) : ""),
                               gap > 0 ? "/split/gap" : "/split/folds", "Use fewer folds, or a smaller gap"};
        const std::int64_t begin = firstBegin + fold * each, end = begin - gap;
        const std::int64_t from = request.spec.window == "sliding" ? end - (firstBegin - gap) : 0;
        const std::vector<std::int64_t> order = inTime(request);
        SplitRows parts;
        parts.train.assign(order.begin() + from, order.begin() + end);
        parts.validation.assign(order.begin() + begin, order.begin() + begin + each);
        parts.test.assign(order.begin() + sizes[0], order.end());
        for (auto* part : {&parts.train, &parts.validation, &parts.test})
            std::sort(part->begin(), part->end());
        return parts;
    }
};

}

void enroll(Splits& all)
{
    all.add<WalkForward>("walk_forward", "Walk forward",
                         "Trains on the past, validates on what comes next, and moves on: how a model would have done "
                         "had it been used all along. Later folds train on more, or, sliding, on as much.",
                         base::Fields<Spec>{});
}

}
