// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

namespace core::tune::pruners::auto_median {

namespace {

struct Spec {};

/// SageMaker's Auto by its published sentence: a job is stopped whose value at an epoch is worse than the median, over
/// the jobs before it, of the running average of their values up to that epoch.
class Auto final : public Pruner {
public:
    explicit Auto(Spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const Report& now = trial.reports.back();
        return judgeByMedian(history, trial, {"Auto", "its value", "running averages"}, now.value,
                             averagesBefore(history, trial, now.step));
    }
};

}

void enroll(Pruners& all)
{
    all.add<Auto>("Auto", "Auto (SageMaker)",
                  "Stops a trial whose value is worse than the median of the running averages of the trials before it.",
                  base::Fields<Spec>{});
}

}
