// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/spec/schedule_common.h"

namespace core::train {

struct ScheduleContext {
    double lr = 1e-3; ///< the optimizer's
    std::int64_t totalSteps = 1;
    std::int64_t stepsPerEpoch = 1;
};

/// The learning rate as a pure function of the step. One plug-in of `core/train/schedules`.
class Schedule {
public:
    virtual ~Schedule() = default;
    /// The rate of update `step`, counted from 0.
    virtual double lr(std::int64_t step) const = 0;
};

using Schedules = base::Registry<Schedule, const ScheduleContext&>;
const Schedules& allSchedules();

/// Whole units (`step` or `epoch`) that lie before update `step`, and those of the whole run (at least 1).
std::int64_t unitsBefore(std::int64_t step, const std::string& unit, const ScheduleContext& context);
std::int64_t unitsInRun(const std::string& unit, const ScheduleContext& context);
/// The field `unit` of schedules that have one.
base::Domain unitDomain();
base::Help unitHelp();

using spec::warmupFields;
using spec::WarmupSpec;

/// The kind's schedule behind its warm-up: it begins where the warm-up ends and spans the steps that are left.
base::Result<std::unique_ptr<Schedule>> makeSchedule(const base::Pick& pick, const ScheduleContext& context);

}
