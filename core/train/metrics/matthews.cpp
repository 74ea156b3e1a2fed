// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::matthews {

namespace {

struct Spec {};

/// (c s − Σ pₖ tₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)), c right of s rows (Gorodkin 2004); scikit-learn's matthews_corrcoef.
class Matthews final : public Metric {
public:
    explicit Matthews(Spec) {}

    double value(const Tally& tally) const override
    {
        const double rows = double(tally.rows());
        if (rows == 0)
            return std::nan("");
        double both = 0, there = 0, said = 0;
        for (const ClassCounts& one : tally.classes()) {
            both += double(one.there) * double(one.said);
            there += double(one.there) * double(one.there);
            said += double(one.said) * double(one.said);
        }
        const double spread = (rows * rows - there) * (rows * rows - said);
        return spread > 0 ? (double(tally.right()) * rows - both) / std::sqrt(spread) : 0;
    }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<Matthews>("matthews", "Matthews correlation",
                      "How what was said goes along with what is, from −1 to 1: 0 is guessing, however unlike the "
                      "sizes of the classes are.",
                      base::Fields<Spec>{});
}

}
