// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/curves.h"

#include <cmath>

namespace core::tune::pruners::patience {

namespace {

struct Spec {
    std::int64_t patience = 5;
    double minDelta = 0;
};

/// Optuna's PatientPruner by itself: the best of the last patience + 1 values is worse than the best before them by
/// more than min_delta.
class Patience final : public Pruner {
public:
    explicit Patience(Spec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const std::size_t waited = std::size_t(m_spec.patience) + 1, count = trial.reports.size();
        if (count <= waited)
            return {};
        const std::int64_t step = trial.reports.back().step;
        const double before = bestValue(history, trial, trial.reports[count - waited - 1].step);
        double after = std::nan("");
        for (std::size_t i = count - waited; i < count; ++i) {
            const double value = trial.reports[i].value;
            if (!std::isnan(value) && (std::isnan(after) || isWorse(history, after, value)))
                after = value;
        }
        if (!(history.asLoss(before) + m_spec.minDelta < history.asLoss(after)))
            return {};
        return Stop{"Patience",
                    step,
                    after,
                    before,
                    {},
                    comparison(history, "the best of the last " + std::to_string(waited) + " values", after, step,
                               before, "the best before them")};
    }

private:
    Spec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<Patience>("Patience", "Patience",
                      "Stops a trial that has not become better for some values. It looks at no other trial.",
                      base::Fields<Spec>{}
                          .add("patience", &Spec::patience, base::Int{0, 100000},
                               {"Values that it waits for a better one."}, {.unit = "values"})
                          .add("min_delta", &Spec::minDelta, base::Real{.min = 0}, {"What counts as better."}));
}

}
