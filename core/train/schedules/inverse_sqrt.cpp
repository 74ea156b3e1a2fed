// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <cmath>

namespace core::train::schedules::inverse_sqrt {

namespace {

constexpr std::int64_t withoutWarmup = 10'000;

struct Spec {
    std::optional<std::int64_t> timescale;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add(
        "timescale", &Spec::timescale, base::Int{1, 1'000'000'000},
        {"Steps after which the rate has fallen to 1/√2. Empty: as many as the warm-up has, else 10,000.",
         "lr / √((t + timescale) / timescale)", "The rate is small before much is learned.",
         "The rate hardly falls within the run."},
        {.unit = "steps", .tunable = true, .live = true, .nullWord = "auto"});
}

/// Vaswani et al. 2017 (arXiv:1706.03762), section 5.3: behind a warm-up of w steps, step w + t has lr · √(w / (w +
/// t)).
class InverseSqrt final : public Schedule {
public:
    InverseSqrt(Spec spec, const ScheduleContext& context)
        : m_lr(context.lr),
          m_timescale(double(spec.timescale.value_or(context.warmupSteps > 0 ? context.warmupSteps : withoutWarmup)))
    {
    }

    double lr(std::int64_t step) const override { return m_lr / std::sqrt((double(step) + m_timescale) / m_timescale); }

private:
    double m_lr, m_timescale;
};

}

void enroll(Schedules& all)
{
    all.add<InverseSqrt>("inverse_sqrt", "Inverse square root",
                         "The rate falls with the root of the time and never ends: the first Transformer's, for runs "
                         "whose length is not known beforehand.",
                         fields());
}

}
