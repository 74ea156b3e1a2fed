// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::train::schedules::cosine {

namespace {

struct Spec {
    double minLr = 0;
    std::string unit = "step";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("min_lr", &Spec::minLr, base::Real{.min = 0, .log = true},
             {"The rate that the curve ends at.", {}, {}, "The weights never come to rest."},
             {.tunable = true, .live = true})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.CosineAnnealingLR over the whole run (Loshchilov & Hutter 2017, without restarts):
/// η_min + ½(η₀ − η_min)(1 + cos(πt/T)). A run that goes on past its plan stays at η_min.
class Cosine final : public Schedule {
public:
    Cosine(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    double lr(std::int64_t step) const override
    {
        const double end = double(unitsInRun(m_spec.unit, m_context));
        const double t = std::min(double(unitsBefore(step, m_spec.unit, m_context)), end);
        return m_spec.minLr + (m_context.lr - m_spec.minLr) * (1 + std::cos(std::numbers::pi * t / end)) / 2;
    }

private:
    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Cosine>("cosine", "Cosine",
                    "The rate glides to its minimum along half a cosine over the whole run: "
                    "lr(t) = min_lr + (lr − min_lr) · (1 + cos(π · t / T)) / 2.",
                    fields());
}

}
