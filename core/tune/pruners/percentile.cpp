// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

namespace core::tune::pruners::percentile {

namespace {

/// Optuna's PercentilePruner.
class Percentile final : public Pruner {
public:
    explicit Percentile(PercentileSpec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        return judgeByPercentile(history, trial, m_spec, "Percentile");
    }

private:
    PercentileSpec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<Percentile>("Percentile", "Percentile",
                        "Keeps the best part of the trials at every step, by their best values so far.",
                        percentileFields(true));
}

}
