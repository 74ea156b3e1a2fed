// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

namespace core::train::metrics::precision {

namespace {

struct Spec {};

/// right / said, mean over the classes that are there or were said; scikit-learn's macro average.
class Precision final : public Metric {
public:
    explicit Precision(Spec) {}

    double value(const Tally& tally) const override { return tally.meanOfClasses(&ClassCounts::precision); }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<Precision>("precision", "Precision",
                       "Of the rows that were said to be of a class, the share that is: the mean over classes.",
                       base::Fields<Spec>{});
}

}
