// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/early_strategy.h"

#include "core/tune/pruner.h"

namespace core::tune {

base::Fields<HalvingSpec> halvingFields()
{
    return base::Fields<HalvingSpec>{}
        .add("min_resource", &HalvingSpec::minResource, base::Int{.min = 1},
             {"Steps before the first rung; auto: a hundredth of the longest trial that completed."},
             {.unit = "steps", .nullWord = "auto"})
        .add("reduction_factor", &HalvingSpec::reductionFactor, base::Int{2, 100},
             {"One in so many goes on at each rung, and runs so many times as long."})
        .add("min_early_stopping_rate", &HalvingSpec::minEarlyStoppingRate, base::Int{0, 30},
             {"Rungs that are left out at the beginning."})
        .add("bootstrap_count", &HalvingSpec::bootstrapCount, base::Int{0, 10000},
             {"Trials that must have come to a rung before one goes on from there."});
}

base::Fields<BracketSpec> bracketFields()
{
    return base::Fields<BracketSpec>{}
        .add("min_resource", &BracketSpec::minResource, base::Int{.min = 1},
             {"Steps before the first rung of the first bracket."}, {.unit = "steps"})
        .add("max_resource", &BracketSpec::maxResource, base::Int{.min = 1},
             {"Steps of a whole trial; auto: those of the first trial that completed."},
             {.unit = "steps", .nullWord = "auto"})
        .add("reduction_factor", &BracketSpec::reductionFactor, base::Int{2, 100},
             {"One in so many goes on at each rung, and runs so many times as long."})
        .add("bootstrap_count", &BracketSpec::bootstrapCount, base::Int{0, 10000},
             {"Trials that must have come to a rung before one goes on from there."});
}

EarlyStrategy::EarlyStrategy(std::string points, std::string stopping, base::Value params)
    : m_points(std::move(points)),
      m_stopping{std::move(stopping), std::move(params)}
{
}

std::optional<Proposal> EarlyStrategy::propose(const History& history, std::int64_t number, std::uint64_t attempt)
{
    // Not in the constructor: the registry that makes it is being filled while it enrols.
    if (!m_sampler)
        m_sampler = std::move(*allSamplers().make({m_points, base::Object{}}));
    return m_sampler->propose(history, number, attempt);
}

void EarlyStrategy::check(const CheckedPart& part, TuningChecked& found) const
{
    if (part.spec.earlyStopping.kind != "Off")
        found.problems.push_back({base::ErrorKind::Spec,
                                  part.spec.strategy.kind + " stops trials itself: early_stopping must be Off",
                                  "/tuning/early_stopping", "Leave early_stopping out, or take another strategy"});
    needsOneObjective(part, found);
    if (const auto pruner = allPruners().make(m_stopping))
        (*pruner)->check(part, found);
}

}
