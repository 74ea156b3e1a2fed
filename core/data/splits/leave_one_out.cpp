// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/split.h"

#include <algorithm>

namespace core::data::splits::leave_one_out {

namespace {

struct Spec {};

/// scikit-learn's LeaveOneOut over the rows that are not sealed for the test: fold i validates on the i-th of them.
class LeaveOneOut final : public Split {
public:
    explicit LeaveOneOut(Spec) {}

    std::int64_t folds(const SplitRequest& request) const override
    {
        const auto sizes = partSizes(request.rows, 1 - request.test, 0, request.test);
        return sizes ? (*sizes)[0] : 1;
    }

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        CORE_TRY(sizes, partSizes(request.rows, 1 - request.test, 0, request.test));
        if (sizes[0] < 2)
            return base::Error{base::ErrorKind::Data, "leaving one row out leaves none to train on", "/split/kind",
                               "It takes 2 rows besides the test part"};
        CORE_TRY(fold, chosenFold(request, sizes[0]));
        const base::Draw draw(std::uint64_t(request.spec.seed), "split/leave_one_out");
        SplitRows parts = dealOut(base::permutation(request.rows, draw), sizes);
        parts.validation = {parts.train[std::size_t(fold)]};
        parts.train.erase(parts.train.begin() + fold);
        return parts;
    }
};

}

void enroll(Splits& all)
{
    all.add<LeaveOneOut>("leave_one_out", "Leave one out",
                         "Each row validates once, alone, while all others train: as many trainings as rows. For a few "
                         "dozen rows, where every one counts.",
                         base::Fields<Spec>{});
}

}
