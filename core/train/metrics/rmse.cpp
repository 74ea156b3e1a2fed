// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::rmse {

namespace {

struct Spec {};

/// √ mean (y − ŷ)² over rows and numbers.
class Rmse final : public Metric {
public:
    explicit Rmse(Spec) {}

    double value(const Tally& tally) const override
    {
        double sum = 0;
        std::int64_t rows = 0;
        for (const NumberSums& one : tally.numbers()) {
            sum += one.squares;
            rows += one.rows;
        }
        return rows > 0 ? std::sqrt(sum / double(rows)) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Numbers; }
};

}

void enroll(Metrics& all)
{
    all.add<Rmse>("rmse", "Root mean squared error",
                  "How far predictions are off, in the unit of the target, where large misses count more: never below "
                  "the mean absolute error, and far above it where a few rows are far off.",
                  base::Fields<Spec>{});
}

}
