// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

namespace core::tune::pruners::median_vertex {

namespace {

struct Spec {
    std::int64_t startupTrials = 1, warmupSteps = 0;
};

/// Vertex AI's and Azure ML's median stopping: the trial's best value so far against the median of the running averages
/// of the trials before it.
class MedianVertex final : public Pruner {
public:
    explicit MedianVertex(Spec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const std::int64_t step = trial.reports.back().step;
        return judgeByMedian(history, trial,
                             {"MedianVertex", "its best", "running averages", m_spec.startupTrials, m_spec.warmupSteps},
                             bestValue(history, trial, step), averagesBefore(history, trial, step));
    }

private:
    Spec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<MedianVertex>(
        "MedianVertex", "Median (Vertex AI, Azure ML)",
        "Stops a trial whose best value is worse than the median of the running averages of the trials before it.",
        base::Fields<Spec>{}
            .add("startup_trials", &Spec::startupTrials, base::Int{.min = 1},
                 {"Trials that there must be to compare with."}, {.unit = "trials"})
            .add("warmup_steps", &Spec::warmupSteps, base::Int{0}, {"Steps at which no trial is stopped."},
                 {.unit = "steps"}));
}

}
