// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::smape {

namespace {

struct Spec {};

/// Mean 2 |y − ŷ| / (|y| + |ŷ|) over rows and numbers.
class Smape final : public Metric {
public:
    explicit Smape(Spec) {}

    double value(const Tally& tally) const override
    {
        double sum = 0;
        std::int64_t rows = 0;
        for (const NumberSums& one : tally.numbers()) {
            sum += one.symmetric;
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
    all.add<Smape>("smape", "Symmetric percentage error",
                   "How far predictions are off as a share of the mean of truth and prediction, from 0 to 2: it stays "
                   "finite where the truth is near 0.",
                   base::Fields<Spec>{});
}

}
