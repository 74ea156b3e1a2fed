// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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
        return m_after->warmsUpTo(m_lr) * (start + (1 - start) * double(step) / double(m_spec.warmupSteps));
    }
    std::optional<double> momentum(std::int64_t step) const override
    {
        return m_after->momentum(std::max<std::int64_t>(0, step - m_spec.warmupSteps));
    }
    std::string watched() const override { return m_after->watched(); }
    // What is seen while the rate still rises says nothing about it.
    void observe(const Figures& figures, std::int64_t step) override
    {
        if (step > m_spec.warmupSteps)
            m_after->observe(figures, step - m_spec.warmupSteps);
    }
    base::Value state() const override { return m_after->state(); }
    void load(const base::Value& state) override { m_after->load(state); }

private:
    double m_lr;
    WarmupSpec m_spec;
    std::unique_ptr<Schedule> m_after;
};

// torch.optim.swa_utils.SWALR behind the schedule: from the start on, epoch by epoch, swa_lr · α + lr · (1 − α), where
// lr is the rate that the schedule had reached.
class Swa final : public Schedule {
public:
    Swa(const spec::SwaSpec& spec, const ScheduleContext& context, std::unique_ptr<Schedule> before)
        : m_spec(spec),
          m_epoch(std::max<std::int64_t>(1, context.stepsPerEpoch)),
          m_start(swaStart(spec, context.totalSteps, m_epoch) * m_epoch),
          m_lr(spec.swaLr.value_or(context.lr / 2)),
          m_before(std::move(before))
    {
    }

    double lr(std::int64_t step) const override
    {
        if (step < m_start)
            return m_before->lr(step);
        const double epochs = double((step - m_start) / m_epoch);
        const double t = m_spec.annealEpochs == 0 ? 1 : std::min(1.0, epochs / double(m_spec.annealEpochs));
        const double share = m_spec.annealStrategy == "cos" ? (1 - std::cos(std::numbers::pi * t)) / 2 : t;
        return m_lr * share + m_before->lr(m_start) * (1 - share);
    }
    std::optional<double> momentum(std::int64_t step) const override
    {
        return m_before->momentum(std::min(step, m_start));
    }
    double warmsUpTo(double lr) const override { return m_before->warmsUpTo(lr); }
    std::string watched() const override { return m_before->watched(); }
    void observe(const Figures& figures, std::int64_t step) override
    {
        if (step < m_start)
            m_before->observe(figures, step);
    }
    base::Value state() const override { return m_before->state(); }
    void load(const base::Value& state) override { m_before->load(state); }

private:
    spec::SwaSpec m_spec;
    std::int64_t m_epoch, m_start;
    double m_lr;
    std::unique_ptr<Schedule> m_before;
};

}

std::int64_t swaStart(const spec::SwaSpec& swa, std::int64_t totalSteps, std::int64_t stepsPerEpoch)
{
    return swa.startEpoch.value_or(totalSteps * 3 / 4 / std::max<std::int64_t>(1, stepsPerEpoch));
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

double alongCosine(double from, double to, double share)
{
    return to + (from - to) / 2 * (std::cos(std::numbers::pi * share) + 1);
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
    rest.warmupSteps = context.warmupSteps + warmup.warmupSteps;
    CORE_TRY(schedule, allSchedules().make(pick, rest));
    if (warmup.warmupSteps == 0)
        return std::move(schedule);
    return std::unique_ptr<Schedule>(std::make_unique<Warmup>(context.lr, warmup, std::move(schedule)));
}

base::Result<std::unique_ptr<Schedule>> makeSchedule(const spec::TrainSpec& train, const ScheduleContext& context)
{
    CORE_TRY(schedule, makeSchedule(train.schedule, context));
    if (!train.swa)
        return std::move(schedule);
    return std::unique_ptr<Schedule>(std::make_unique<Swa>(*train.swa, context, std::move(schedule)));
}

}
