// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

namespace core::tune::pruners::median_syne_tune {

namespace {

struct Spec {
    std::int64_t gracePopulation = 5, graceTime = 1;
};

/// Syne Tune's median stopping: the trial's running average against the median of the running averages that the other
/// trials had when they reported this step, whichever of them came first.
class MedianSyneTune final : public Pruner {
public:
    explicit MedianSyneTune(Spec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const std::int64_t step = trial.reports.back().step;
        std::vector<std::pair<std::int64_t, double>> others;
        for (const Trial& other : history.trials)
            if (other.number != trial.number && history.compares(other) && other.reportAt(step))
                others.emplace_back(other.number, *runningAverage(other, step));
        return judgeByMedian(
            history, trial,
            {"MedianSyneTune", "its running average", "running averages", m_spec.gracePopulation, m_spec.graceTime},
            *runningAverage(trial, step), others);
    }

private:
    Spec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<MedianSyneTune>(
        "MedianSyneTune", "Median (Syne Tune)",
        "Stops a trial whose running average is worse than the median of the others' at the same step.",
        base::Fields<Spec>{}
            .add("grace_population", &Spec::gracePopulation, base::Int{.min = 1},
                 {"Trials that there must be to compare with."}, {.unit = "trials"})
            .add("grace_time", &Spec::graceTime, base::Int{0}, {"The first step at which a trial may stop."},
                 {.unit = "steps"}));
}

}
