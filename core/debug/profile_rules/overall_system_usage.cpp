// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/percentile.h"
#include "core/debug/profile_rule.h"

#include <numeric>

namespace core::debug::profile_rules::overall_system_usage {

namespace {

struct Spec : ScanSpec {};

// Never fires: it says how much of the machine was used. ProfilerReport has the percentiles of everything.
class Rule final : public ScannedRule<Spec> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::SystemSample& sample) override
    {
        if (!sample.cores.empty() && m_cpu.size() < mostPoints)
            m_cpu.push_back(std::accumulate(sample.cores.begin(), sample.cores.end(), 0.0) /
                            double(sample.cores.size()));
    }

    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        ProfileVerdict verdict{.points = std::int64_t(m_cpu.size())};
        const Spread spread = spreadOf(m_cpu);
        if (spread.any)
            verdict.message = "the processor was " + figure(spread.p50) + " % busy at the median, " +
                              figure(spread.p95) + " % at the 95th percentile";
        verdict.value = spread.p50;
        return verdict;
    }

private:
    std::vector<double> m_cpu;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    addScan(fields);
    all.add<Rule>("OverallSystemUsage", "How the machine was used", "Tells how busy the machine was; never fires.",
                  fields);
}

}
