// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::balanced_accuracy {

namespace {

struct Spec {};

/// The mean recall over classes that are there: scikit-learn's balanced_accuracy_score.
class BalancedAccuracy final : public Metric {
public:
    explicit BalancedAccuracy(Spec) {}

    double value(const Tally& tally) const override
    {
        double sum = 0;
        std::int64_t classes = 0;
        for (const ClassCounts& one : tally.classes())
            if (one.there > 0) {
                sum += one.recall();
                ++classes;
            }
        return classes > 0 ? sum / double(classes) : std::nan("");
    }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<BalancedAccuracy>("balanced_accuracy", "Balanced accuracy",
                              "The mean of the recalls of all classes: small classes count as much as large ones, and "
                              "always guessing the largest gives 1 by the number of classes.",
                              base::Fields<Spec>{});
}

}
