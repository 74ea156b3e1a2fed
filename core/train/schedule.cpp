// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>

namespace core::train {

namespace {

// lr · (f + (1 − f) · step / warmup_steps), as torch.optim.lr_scheduler.LinearLR; then the schedule from its step 0,
// as SequentialLR.
class Warmup final : public Schedule {
public:
    Warmup(double lr, WarmupSpec spec, std::unique_ptr<Schedule> after)
        : m_lr(lr),
          m_spec(spec),
          m_after(std::move(after))
    {
    }

    double lr(std::int64_t step) const override
    {
        if (step >= m_spec.warmupSteps)
            return m_after->lr(step - m_spec.warmupSteps);
        const double start = m_spec.warmupStartFactor;
        return m_lr * (start + (1 - start) * double(step) / double(m_spec.warmupSteps));
    }

private:
    double m_lr;
    WarmupSpec m_spec;
    std::unique_ptr<Schedule> m_after;
};

}

std::int64_t unitsBefore(std::int64_t step, const std::string& unit, const ScheduleContext& context)
{
    return unit == "epoch" ? step / context.stepsPerEpoch : step;
}

std::int64_t unitsInRun(const std::string& unit, const ScheduleContext& context)
{
    const std::int64_t length = unit == "epoch" ? context.stepsPerEpoch : 1;
    return std::max<std::int64_t>(1, (context.totalSteps + length - 1) / length);
}

base::Domain unitDomain()
{
    return base::Choice{{"step", "epoch"}};
}

base::Help unitHelp()
{
    return {"What time is counted in: optimizer steps, or whole epochs (the rate then changes only between epochs)."};
}

base::Result<std::unique_ptr<Schedule>> makeSchedule(const base::Pick& pick, const ScheduleContext& context)
{
    const WarmupSpec warmup = warmupFields().read(pick.params);
    ScheduleContext rest = context;
    rest.stepsPerEpoch = std::max<std::int64_t>(1, context.stepsPerEpoch);
    rest.totalSteps = std::max<std::int64_t>(1, context.totalSteps - warmup.warmupSteps);
    CORE_TRY(schedule, allSchedules().make(pick, rest));
    if (warmup.warmupSteps == 0)
        return std::move(schedule);
    return std::unique_ptr<Schedule>(std::make_unique<Warmup>(context.lr, warmup, std::move(schedule)));
}

}
