// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace core::train::schedules::polynomial {

namespace {

struct Spec {
    std::optional<std::int64_t> totalIters;
    double power = 1;
    std::string unit = "step";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("total_iters", &Spec::totalIters, base::Int{1, 1'000'000'000},
             {"When the rate has reached zero, where it stays. Empty: at the end of the run.",
              {},
              "Nothing moves for the rest of the run.",
              "The run ends while the rate is still large."},
             {.live = true, .nullWord = "whole run"})
        .add("power", &Spec::power, base::Real{.min = 0, .max = 100, .aboveMin = true},
             {"The shape of the fall: 1 is a line.", "lr · (1 − t / total_iters)^power",
              "The rate stays high and falls off a cliff at the end.", "The rate is nearly gone early on."},
             {.tunable = true, .live = true})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.PolynomialLR in closed form.
class Polynomial final : public Schedule {
public:
    Polynomial(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    double lr(std::int64_t step) const override
    {
        const double end = double(m_spec.totalIters.value_or(unitsInRun(m_spec.unit, m_context)));
        const double t = std::min(double(unitsBefore(step, m_spec.unit, m_context)), end);
        return m_context.lr * std::pow(1 - t / end, m_spec.power);
    }

private:
    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Polynomial>("polynomial", "Polynomial",
                        "The rate falls to zero along a power of the time that is left: usual for segmentation.",
                        fields());
}

}
