// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/split.h"

#include <algorithm>

namespace core::data::splits::chronological {

namespace {

struct Spec {};

class Chronological final : public Split {
public:
    explicit Chronological(Spec) {}

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        CORE_TRY(sizes, partSizes(request.rows, request.spec.train, request.spec.validation, request.test));
        SplitRows parts = dealOut(inTime(request), sizes);
        if (request.spec.gap == 0)
            return parts;
        // What a part has to leave out before the next begins, counted in time.
        const std::vector<std::int64_t> order = inTime(request);
        std::int64_t end = 0;
        for (std::vector<std::int64_t>* part : {&parts.train, &parts.validation}) {
            const std::int64_t begin = end;
            end += std::int64_t(part->size());
            const bool last = end == request.rows;
            const std::int64_t kept = std::max(begin, last ? end : end - request.spec.gap);
            part->assign(order.begin() + begin, order.begin() + kept);
            std::sort(part->begin(), part->end());
        }
        if (parts.train.empty())
            return base::Error{base::ErrorKind::Spec, "the gap leaves nothing to train on", "/split/gap",
                               "At most " + std::to_string(sizes[0] - 1) + " here"};
        return parts;
    }
};

}

void enroll(Splits& all)
{
    all.add<Chronological>("chronological", "Chronological",
                           "The earliest rows train, the next validate, the latest test, so that the future never "
                           "teaches the past. Without a time column the order of the rows counts; rows without a time "
                           "come last.",
                           base::Fields<Spec>{});
}

}
