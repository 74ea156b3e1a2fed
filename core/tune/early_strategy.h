// SPDX-License-Identifier: GPL-3.0-or-later
// Strategies that bring their early stopping along.
#pragma once

#include "core/tune/sampler.h"

namespace core::tune {

struct HalvingSpec {
    std::optional<std::int64_t> minResource;
    std::int64_t reductionFactor = 4;
    std::int64_t minEarlyStoppingRate = 0;
    std::int64_t bootstrapCount = 0;
};
base::Fields<HalvingSpec> halvingFields();

struct BracketSpec {
    std::int64_t minResource = 1;
    std::optional<std::int64_t> maxResource;
    std::int64_t reductionFactor = 3;
    std::int64_t bootstrapCount = 0;
};
base::Fields<BracketSpec> bracketFields();

/// Points from one strategy, stops from an early stopping of its own.
class EarlyStrategy : public Sampler {
public:
    EarlyStrategy(std::string points, std::string stopping, base::Value params);

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override;
    /// SageMaker's rule: early stopping must be Off where the strategy stops trials itself.
    void check(const CheckedPart& part, TuningChecked& found) const override;
    std::optional<base::Pick> earlyStopping() const override { return m_stopping; }

private:
    std::string m_points;
    base::Pick m_stopping;
    std::unique_ptr<Sampler> m_sampler;
};

}
