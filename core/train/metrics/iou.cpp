// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

namespace core::train::metrics::iou {

namespace {

struct Spec {};

/// right / (there + said − right), mean over the classes that are there or were said: scikit-learn's jaccard_score.
class Iou final : public Metric {
public:
    explicit Iou(Spec) {}

    double value(const Tally& tally) const override { return tally.meanOfClasses(&ClassCounts::iou); }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
    bool usual(const data::DatasetInfo& info) const override { return info.task == "segmentation"; }
    bool fits(const Loss& loss, const data::DatasetInfo& info) const override
    {
        return loss.classifies() && info.task == "segmentation";
    }
};

}

void enroll(Metrics& all)
{
    all.add<Iou>("iou", "Intersection over union",
                 "Of the pixels that are of a class or were said to be, the share that is both: the mean over classes.",
                 base::Fields<Spec>{});
}

}
