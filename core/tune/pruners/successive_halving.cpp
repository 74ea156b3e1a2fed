// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/halving.h"

namespace core::tune::pruners::successive_halving {

namespace {

class SuccessiveHalving final : public Pruner {
public:
    explicit SuccessiveHalving(HalvingSpec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const auto everyone = [](const Trial&) { return true; };
        if (m_spec.minResource)
            return judgeByHalving(history, trial, *m_spec.minResource, m_spec, "SuccessiveHalving", everyone);
        const Trial* first = firstWhole(history);
        if (!first)
            return {};
        const std::int64_t resource = std::max<std::int64_t>(*first->lastStep() / 100, 1);
        return judgeByHalving(history, trial, resource, m_spec, "SuccessiveHalving", everyone, first->finished);
    }

    void check(const CheckedPart&, TuningChecked& found) const override
    {
        if (m_spec.bootstrapCount > 0 && !m_spec.minResource)
            found.problems.push_back({base::ErrorKind::Spec, "bootstrap_count needs a min_resource",
                                      "/tuning/early_stopping/min_resource", "Give the step of the first rung"});
    }

private:
    HalvingSpec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<SuccessiveHalving>("SuccessiveHalving", "Successive halving",
                               "At every rung the best part of the trials that came so far goes on (asynchronous: "
                               "nobody waits).",
                               halvingFields());
}

}
