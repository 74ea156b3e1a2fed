// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/spec/experiment.h"
#include "core/spec/schedule_common.h"

namespace core::train {

struct ScheduleContext {
    double lr = 1e-3; ///< the optimizer's
    std::int64_t totalSteps = 1;
    std::int64_t stepsPerEpoch = 1;
    std::int64_t warmupSteps = 0; ///< that lie before its step 0
};

/// Figures of an evaluation by name: `validation/loss`, …
using Figures = std::vector<std::pair<std::string, double>>;

/// The learning rate as a pure function of the step, or of the step and of what was observed before it. One plug-in of
/// `core/train/schedules`.
class Schedule {
public:
    virtual ~Schedule() = default;
    /// The rate of update `step`, counted from 0.
    virtual double lr(std::int64_t step) const = 0;
    /// What the optimizer's momentum (or β₁) is in update `step`; nothing if the schedule leaves it alone.
    virtual std::optional<double> momentum(std::int64_t step) const
    {
        (void)step;
        return {};
    }
    /// Where a warm-up before it ends.
    virtual double warmsUpTo(double lr) const { return lr; }

    /// The figure that it follows; empty for those that go by the step alone.
    virtual std::string watched() const { return {}; }
    /// Takes the evaluation made before update `step`.
    virtual void observe(const Figures& figures, std::int64_t step)
    {
        (void)figures;
        (void)step;
    }
    /// What it has made of its observations, for checkpoints; null without any.
    virtual base::Value state() const { return {}; }
    /// Takes over the state of a schedule of the same kind; that of others is left alone.
    virtual void load(const base::Value& state) { (void)state; }
};

using Schedules = base::Registry<Schedule, const ScheduleContext&>;
const Schedules& allSchedules();

/// Whole units (`step` or `epoch`) that lie before update `step`, and those of the whole run (at least 1).
std::int64_t unitsBefore(std::int64_t step, const std::string& unit, const ScheduleContext& context);
std::int64_t unitsInRun(const std::string& unit, const ScheduleContext& context);
/// The field `unit` of schedules that have one.
base::Domain unitDomain();
base::Help unitHelp();
/// From `from` to `to` along half a cosine, at `share` of the way.
double alongCosine(double from, double to, double share);

using spec::warmupFields;
using spec::WarmupSpec;

/// The kind's schedule behind its warm-up: it begins where the warm-up ends and spans the steps that are left.
base::Result<std::unique_ptr<Schedule>> makeSchedule(const base::Pick& pick, const ScheduleContext& context);
/// The run's schedule: what `train.schedule` says until `train.swa` takes over.
base::Result<std::unique_ptr<Schedule>> makeSchedule(const spec::TrainSpec& train, const ScheduleContext& context);
/// The epoch, counted from 0, that stochastic weight averaging begins with.
std::int64_t swaStart(const spec::SwaSpec& swa, std::int64_t totalSteps, std::int64_t stepsPerEpoch);

}
