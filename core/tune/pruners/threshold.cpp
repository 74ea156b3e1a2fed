// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

#include <cmath>

namespace core::tune::pruners::threshold {

namespace {

struct Spec {
    std::optional<double> lower, upper;
    std::int64_t warmupSteps = 0, intervalSteps = 1;
};

/// Optuna's ThresholdPruner: a value outside of two bounds.
class Threshold final : public Pruner {
public:
    explicit Threshold(Spec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        if (!isCheckDue(trial, m_spec.warmupSteps, m_spec.intervalSteps))
            return {};
        const Report& now = trial.reports.back();
        if (std::isnan(now.value))
            return notANumber(history, "Threshold", now.step);
        const bool low = m_spec.lower && now.value < *m_spec.lower, high = m_spec.upper && now.value > *m_spec.upper;
        if (!low && !high)
            return {};
        const double limit = low ? *m_spec.lower : *m_spec.upper;
        return Stop{"Threshold",
                    now.step,
                    now.value,
                    limit,
                    {},
                    history.objectives.front().metric + ": " + plainNumber(now.value) + " at step " +
                        std::to_string(now.step) + (low ? " is below " : " is above ") + plainNumber(limit)};
    }

    void check(const CheckedPart&, TuningChecked& found) const override
    {
        if (!m_spec.lower && !m_spec.upper)
            found.problems.push_back({base::ErrorKind::Spec, "Threshold has no bound", "/tuning/early_stopping",
                                      "Give lower, upper or both"});
        else if (m_spec.lower && m_spec.upper && *m_spec.lower > *m_spec.upper)
            found.problems.push_back(
                {base::ErrorKind::Spec, "lower is above upper", "/tuning/early_stopping/lower", "Exchange the two"});
    }

private:
    Spec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<Threshold>("Threshold", "Threshold", "Stops a trial whose value leaves a band.",
                       base::Fields<Spec>{}
                           .add("lower", &Spec::lower, base::Real{}, {"The smallest value."}, {.nullWord = "none"})
                           .add("upper", &Spec::upper, base::Real{}, {"The largest value."}, {.nullWord = "none"})
                           .add("warmup_steps", &Spec::warmupSteps, base::Int{0},
                                {"Steps at which no trial is stopped."}, {.unit = "steps"})
                           .add("interval_steps", &Spec::intervalSteps, base::Int{.min = 1},
                                {"Steps between two looks."}, {.unit = "steps"}));
}

}
