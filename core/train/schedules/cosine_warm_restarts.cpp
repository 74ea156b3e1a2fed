// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <cmath>
#include <numbers>

namespace core::train::schedules::cosine_warm_restarts {

namespace {

struct Spec {
    std::int64_t first = 3;
    std::int64_t factor = 2;
    double minLr = 0;
    std::string unit = "epoch";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("T_0", &Spec::first, base::Int{1, 1'000'000'000},
             {"How long the first fall takes before the rate jumps back up.",
              {},
              "Restarts throw away what has hardly begun.",
              "No restart within the run: a plain cosine."},
             {.tunable = true, .live = true})
        .add("T_mult", &Spec::factor, base::Int{1, 1000},
             {"How many times longer each fall is than the one before.", "T_i = T_0 · T_mult^i"},
             {.tunable = true, .live = true})
        .add("min_lr", &Spec::minLr, base::Real{.min = 0, .log = true},
             {"The rate that each fall ends at.", {}, {}, "The weights never come to rest."},
             {.tunable = true, .live = true})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.CosineAnnealingWarmRestarts (Loshchilov & Hutter 2017):
/// η_min + ½(η₀ − η_min)(1 + cos(π·T_cur/T_i)).
class CosineWarmRestarts final : public Schedule {
public:
    CosineWarmRestarts(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    double lr(std::int64_t step) const override
    {
        std::int64_t t = unitsBefore(step, m_spec.unit, m_context), length = m_spec.first;
        if (m_spec.factor == 1)
            t %= length;
        while (t >= length) {
            t -= length;
            length *= m_spec.factor;
        }
        return m_spec.minLr +
               (m_context.lr - m_spec.minLr) * (1 + std::cos(std::numbers::pi * double(t) / double(length))) / 2;
    }

private:
    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<CosineWarmRestarts>("cosine_warm_restarts", "Cosine with warm restarts",
                                "The rate glides down along half a cosine and jumps back up, again and again: each "
                                "fall ends in another minimum.",
                                fields());
}

}
