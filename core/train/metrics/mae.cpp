// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::mae {

namespace {

struct Spec {};

/// Mean |y − ŷ| over rows and numbers.
class Mae final : public Metric {
public:
    explicit Mae(Spec) {}

    double value(const Tally& tally) const override
    {
        double sum = 0;
        std::int64_t rows = 0;
        for (const NumberSums& one : tally.numbers()) {
            sum += one.absolute;
            rows += one.rows;
        }
        return rows > 0 ? sum / double(rows) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Numbers; }
    bool usual(const data::DatasetInfo&) const override { return true; }
};

}

void enroll(Metrics& all)
{
    all.add<Mae>("mae", "Mean absolute error", "How far predictions are off on average, in the unit of the target.",
                 base::Fields<Spec>{});
}

}
