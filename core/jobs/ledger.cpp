// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/ledger.h"

#include <algorithm>

namespace core::jobs {

using namespace base;

Ledger ledgerOf(const Job& job, const std::optional<Instance>& instance, std::int64_t count, bool spot, double now)
{
    Ledger ledger;
    ledger.instances = count;
    ledger.launches = job.launches();
    ledger.interruptions = job.interruptions();
    const double spotShare = spot && instance && instance->spotPricePerHour && instance->pricePerHour > 0
                                 ? *instance->spotPricePerHour / instance->pricePerHour
                                 : 1;
    for (std::size_t i = 0; i < job.changes.size(); ++i) {
        const StateChange& change = job.changes[i];
        if (isFinal(change.state))
            break;
        // A clock that was set back makes no negative time.
        const double seconds =
            std::max(0.0, (i + 1 < job.changes.size() ? job.changes[i + 1].time : now) - change.time);
        // What stops before it ever held instances holds none.
        const bool held = holdsInstances(change.state) &&
                          !(change.state == JobState::Stopping && i > 0 && !holdsInstances(job.changes[i - 1].state));
        if (!held) {
            ledger.waitingS += seconds;
            continue;
        }
        ledger.trainingS += seconds;
        ledger.billableS += change.onDemand ? seconds : seconds * spotShare;
    }
    // What was done again: from where a launch began back to where the one before was killed.
    std::int64_t killedAt = -1;
    for (const StateChange& change : job.changes) {
        if (change.state == JobState::Interrupted)
            killedAt = change.step;
        if (change.state == JobState::Training && change.step >= 0 && killedAt > change.step) {
            ledger.lostSteps += killedAt - change.step;
            killedAt = -1;
        }
    }
    if (ledger.trainingS > 0)
        ledger.savingPercent = (1 - ledger.billableS / ledger.trainingS) * 100;
    if (instance) {
        ledger.instance = instance->name;
        const double perSecond = instance->pricePerHour / 3600 * double(count);
        ledger.cost = ledger.billableS * perSecond;
        ledger.onDemandCost = ledger.trainingS * perSecond;
    }
    return ledger;
}

namespace {

Value orNothing(const std::optional<double>& number)
{
    return number ? Value(*number) : Value();
}

}

Object asObject(const Ledger& ledger)
{
    return {{"training_s", ledger.trainingS},
            {"billable_s", ledger.billableS},
            {"waiting_s", ledger.waitingS},
            {"saving_percent", orNothing(ledger.savingPercent)},
            {"instance", ledger.instance.empty() ? Value() : Value(ledger.instance)},
            {"instance_count", ledger.instances},
            {"cost", orNothing(ledger.cost)},
            {"on_demand_cost", orNothing(ledger.onDemandCost)},
            {"currency", ledger.currency.empty() ? Value() : Value(ledger.currency)},
            {"price_date", ledger.priceDate.empty() ? Value() : Value(ledger.priceDate)},
            {"launches", ledger.launches},
            {"interruptions", ledger.interruptions},
            {"lost_steps", ledger.lostSteps}};
}

Object intervalsObject(double work, const IntervalCosts& costs, double pricePerHour)
{
    const double young = youngInterval(costs), daly = dalyInterval(costs);
    const double best = std::max(daly, 1e-6);
    Array points;
    for (const IntervalPoint& point : intervalCurve(work, costs, pricePerHour, best / 30, best * 30, 25))
        points.push_back(Object{{"interval_s", point.interval}, {"run_s", point.seconds}, {"cost", point.cost}});
    return {{"save_s", costs.save},
            {"restart_s", costs.restart},
            {"mtbf_s", costs.mtbf},
            {"work_s", work},
            {"young_s", young},
            {"daly_s", daly},
            {"run_s", expectedRunTime(work, best, costs)},
            {"cost", expectedRunTime(work, best, costs) / 3600 * pricePerHour},
            {"points", std::move(points)}};
}

}
