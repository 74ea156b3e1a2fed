// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

namespace core::train::metrics::recall {

namespace {

struct Spec {};

/// right / there, mean over the classes that are there or were said; scikit-learn's macro average.
class Recall final : public Metric {
public:
    explicit Recall(Spec) {}

    double value(const Tally& tally) const override { return tally.meanOfClasses(&ClassCounts::recall); }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<Recall>("recall", "Recall", "Of the rows of a class, the share that was found: the mean over classes.",
                    base::Fields<Spec>{});
}

}
