// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/instances.h"
#include "core/jobs/intervals.h"
#include "core/jobs/job.h"

namespace core::jobs {

/// What a job took and costs. AWS bills the seconds in which a spot job holds its instances at the spot price, and
/// tells that as fewer billable seconds at the full price: billable = training · spot price / price.
struct Ledger {
    double trainingS = 0; ///< instances held, over all launches
    double billableS = 0;
    double waitingS = 0;                 ///< without instances: in the queue, interrupted, starting
    std::optional<double> savingPercent; ///< (1 − billable / training) · 100; nothing before any training
    std::int64_t instances = 1;
    std::int64_t interruptions = 0, launches = 0;
    std::int64_t lostSteps = 0; ///< done, not saved, and done again
    std::string instance, currency, priceDate;
    std::optional<double> cost, onDemandCost; ///< of all instances; nothing without a price
};

/// `instance`: nothing if the job names none; then spot seconds are billed as others. `now`: for a job that goes on.
Ledger ledgerOf(const Job& job, const std::optional<Instance>& instance, std::int64_t count, bool spot, double now);

/// The ledger as `--json` has it: `training_s billable_s waiting_s saving_percent cost on_demand_cost …`.
base::Object asObject(const Ledger& ledger);

/// Intervals between checkpoints and what each would cost, with the best by Young and Daly.
base::Object intervalsObject(double work, const IntervalCosts& costs, double pricePerHour);

}
