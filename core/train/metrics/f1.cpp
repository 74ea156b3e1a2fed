// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

namespace core::train::metrics::f1 {

namespace {

struct Spec {};

/// 2 right / (there + said), mean over the classes that are there or were said; scikit-learn's macro average.
class F1 final : public Metric {
public:
    explicit F1(Spec) {}

    double value(const Tally& tally) const override { return tally.meanOfClasses(&ClassCounts::f1); }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
    bool usual(const data::DatasetInfo& info) const override { return info.classifies(); }
};

}

void enroll(Metrics& all)
{
    all.add<F1>("f1", "F1",
                "2 · precision · recall / (precision + recall) of each class, and the mean: high only where both are. "
                "It shows what accuracy hides where classes are of unlike size.",
                base::Fields<Spec>{});
}

}
