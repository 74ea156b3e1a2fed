// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rank_signals.h"

namespace core::debug::rules::rate_not_scaled {

namespace {

struct Spec {
    std::int64_t threshold = 1;
};

/// Fires at the first measured step of a run whose steps learn from the rows of more than `threshold` ranks at the rate
/// of one.
class RateNotScaled final : public Rule {
public:
    explicit RateNotScaled(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override { return {needOfRanks("rows"), {{{}, {"^train/lr$"}}, {"value"}}}; }

    base::Status prepare(const RunFacts& facts) override
    {
        const base::Value* scaled = facts.spec.at("distributed.scale_lr");
        m_scaled = !scaled || scaled->toBool();
        return {};
    }

    Verdict at(const Moment& now) override
    {
        const auto rows = figuresOf(now);
        const auto ranks = std::int64_t(rows.size());
        if (m_scaled || m_told || ranks <= m_spec.threshold)
            return {};
        m_told = true;
        double all = 0;
        for (const auto& [rank, its] : rows)
            all += its;
        const double lr = now.value(now.tensors(1).front());
        return Hit{"train/lr", 1, double(ranks),
                   "A step learns from " + figure(all) + " rows of " + std::to_string(ranks) + " ranks, " +
                       "at the rate of one rank (" + figure(lr) + "): an epoch has fewer steps, and none is longer."};
    }

private:
    Spec m_spec;
    bool m_scaled = true, m_told = false;
};

}

void enroll(Rules& all)
{
    all.add<RateNotScaled>(
        "RateNotScaled", "Rate is not scaled", "Fires when several ranks train at the rate of one.",
        {"Several ranks make one step of many rows. At the same rate they need as many steps as before, and the time "
         "that was won is spent again. Linear scaling is a rule of thumb: it fails for very large batches.",
         {{"The rate was chosen for the batch of one rank, and is not multiplied by their number.",
           {rankSettingOff("scale_lr")}}},
         {"scale_lr"},
         true,
         true},
        base::Fields<Spec>{}.add("threshold", &Spec::threshold, base::Int{1, 1024},
                                 {"So many ranks need no other rate."}, {.unit = "ranks"}));
}

}
