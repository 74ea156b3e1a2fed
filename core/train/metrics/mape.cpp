// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::mape {

namespace {

struct Spec {};

/// Mean |y − ŷ| / |y| over rows and numbers: scikit-learn's mean_absolute_percentage_error.
class Mape final : public Metric {
public:
    explicit Mape(Spec) {}

    double value(const Tally& tally) const override
    {
        double sum = 0;
        std::int64_t rows = 0;
        for (const NumberSums& one : tally.numbers()) {
            sum += one.share;
            rows += one.rows;
        }
        return rows > 0 ? sum / double(rows) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Numbers; }
};

}

void enroll(Metrics& all)
{
    all.add<Mape>(
        "mape", "Mean absolute percentage error",
        "How far predictions are off as a share of the truth: 0.1 is 10 %. It bursts where the truth is near 0.",
        base::Fields<Spec>{});
}

}
