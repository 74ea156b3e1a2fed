// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::coverage {

namespace {

struct Spec {};

/// Rows with lowest ≤ y ≤ highest, by all.
class Coverage final : public Metric {
public:
    explicit Coverage(Spec) {}

    Needs needs() const override { return {.quantiles = true}; }

    double value(const Tally& tally) const override
    {
        return tally.quantiled() > 0 ? double(tally.covered()) / double(tally.quantiled()) : std::nan("");
    }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Numbers; }
    bool usual(const data::DatasetInfo&) const override { return true; }
    bool fits(const Loss& loss, const data::DatasetInfo& info) const override
    {
        // A loss that learns a distribution tells it of any output.
        return Metric::fits(loss, info) && loss.learnsDistribution();
    }
};

}

void enroll(Metrics& all)
{
    all.add<Coverage>("coverage", "Coverage",
                      "The share of rows between the lowest and the highest quantile that are told: 0.8 for 0.1 and "
                      "0.9, if they are right. More is not better, only wider.",
                      base::Fields<Spec>{});
}

}
