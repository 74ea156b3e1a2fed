// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::data::splits::chronological {

namespace {

struct Spec {};

class Chronological final : public Split {
public:
    explicit Chronological(Spec) {}

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        CORE_TRY(sizes, partSizes(request.rows, request.spec.train, request.spec.validation, request.test));
        std::vector<std::int64_t> order(std::size_t(request.rows));
        std::iota(order.begin(), order.end(), 0);
        if (!request.times.empty()) {
            const auto timeOf = [&](std::int64_t row) {
                const double time = request.times[std::size_t(row)];
                return std::isnan(time) ? std::numeric_limits<double>::infinity() : time;
            };
            std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return timeOf(a) < timeOf(b); });
        }
        return dealOut(std::move(order), sizes);
    }
};

}

void enroll(Splits& all)
{
    all.add<Chronological>("chronological", "Chronological",
                           "The earliest rows train, the next validate, the latest test, so that the future never "
                           "teaches the past. Without "
                           "a time column the order of the rows counts; rows without a time come last.",
                           base::Fields<Spec>{});
}

}
