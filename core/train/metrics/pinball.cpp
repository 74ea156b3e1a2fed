// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::pinball {

namespace {

struct Spec {};

/// Mean max(q (y − ŷ), (q − 1) (y − ŷ)) over rows, numbers and quantiles: scikit-learn's mean_pinball_loss.
class Pinball final : public Metric {
public:
    explicit Pinball(Spec) {}

    Needs needs() const override { return {.quantiles = true}; }

    double value(const Tally& tally) const override
    {
        return tally.quantiled() > 0 ? tally.pinball() / double(tally.quantiled()) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Numbers; }
    bool fits(const Loss& loss, const data::DatasetInfo& info) const override
    {
        // A loss that learns a distribution tells it of any output.
        return Metric::fits(loss, info) && loss.learnsDistribution();
    }
};

}

void enroll(Metrics& all)
{
    all.add<Pinball>("pinball", "Pinball loss",
                     "The mean loss of the quantiles that are told, in the unit of the target: the lower, the closer "
                     "they lie about the truth.",
                     base::Fields<Spec>{});
}

}
