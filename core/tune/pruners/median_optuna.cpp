// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

namespace core::tune::pruners::median_optuna {

namespace {

/// Optuna's MedianPruner.
class MedianOptuna final : public Pruner {
public:
    explicit MedianOptuna(PercentileSpec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        return judgeByPercentile(history, trial, m_spec, "MedianOptuna");
    }

private:
    PercentileSpec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<MedianOptuna>(
        "MedianOptuna", "Median (Optuna)",
        "Stops a trial whose best value is worse than the median, at this step, of the completed trials' values.",
        percentileFields(false));
}

}
