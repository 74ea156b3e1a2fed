// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/wilcoxon.h"
#include "core/tune/curves.h"

#include <algorithm>
#include <cmath>

namespace core::tune::pruners::wilcoxon {

namespace {

struct Spec {
    double pThreshold = 0.1;
    std::int64_t startupSteps = 2;
};

double meanOf(const Trial& trial)
{
    double sum = 0;
    for (const Report& report : trial.reports)
        sum += report.value;
    return sum / double(trial.reports.size());
}

bool allFinite(const Trial& trial)
{
    return std::ranges::all_of(trial.reports, [](const Report& report) { return std::isfinite(report.value); });
}

/// Optuna's WilcoxonPruner: a step is a fold, the same one in every trial; stopped is whose folds are worse than the
/// best trial's by the signed-rank test.
class Wilcoxon final : public Pruner {
public:
    explicit Wilcoxon(Spec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const Trial* best = history.best();
        if (!best || best->reports.empty() || !allFinite(*best) || !allFinite(trial))
            return {};
        std::vector<double> differences;
        for (const Report& report : trial.reports)
            if (const Report* other = best->reportAt(report.step))
                differences.push_back(history.asLoss(report.value) - history.asLoss(other->value));
        if (std::int64_t(differences.size()) < std::max<std::int64_t>(2, m_spec.startupSteps))
            return {};
        const double p = math::wilcoxonGreater(differences);
        // A best trial whose folds are worse on average than this one's came there by luck.
        if (!(p < m_spec.pThreshold) || history.asLoss(meanOf(*best)) >= history.asLoss(meanOf(trial)))
            return {};
        return Stop{"Wilcoxon",
                    trial.reports.back().step,
                    p,
                    m_spec.pThreshold,
                    {best->number},
                    history.objectives.front().metric + ": over " + std::to_string(differences.size()) +
                        " folds it is worse than trial " + std::to_string(best->number) + " (p = " + plainNumber(p) +
                        ", below " + plainNumber(m_spec.pThreshold) + ")"};
    }

private:
    Spec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<Wilcoxon>(
        "Wilcoxon", "Wilcoxon over folds",
        "Stops a trial whose folds are worse than the best trial's beyond chance. Reports are folds, not epochs.",
        base::Fields<Spec>{}
            .add("p_threshold", &Spec::pThreshold, base::Real{0, 1},
                 {"The chance of a mistake that is taken.", {}, "Nothing is stopped.", "Good trials are stopped."})
            .add("startup_steps", &Spec::startupSteps, base::Int{0, 100000}, {"Folds before the first look."},
                 {.unit = "folds"}));
}

}
