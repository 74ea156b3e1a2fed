// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <array>
#include <numeric>

namespace core::debug::profile_rules::overall_framework_metrics {

namespace {

struct Spec : ScanSpec {};

// Never fires: it says what the time of the steps went into.
class Rule final : public ScannedRule<Spec> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::StepTimes& times) override
    {
        m_steps += times.count;
        for (std::size_t i = 0; i < times.phases.size() && i < m_phases.size(); ++i)
            m_phases[i] += std::max(0.0, times.phases[i]);
    }

    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        ProfileVerdict verdict{.points = m_steps};
        const double all = std::accumulate(m_phases.begin(), m_phases.end(), 0.0);
        for (std::size_t i = 0; i < m_phases.size() && all > 0; ++i)
            if (const double share = 100 * m_phases[i] / all; share > 2) {
                std::string name(events::phaseNames[i]);
                for (char& letter : name)
                    letter = letter == '_' ? ' ' : letter;
                verdict.message += (verdict.message.empty() ? "" : ", ") + name + " " + figure(share) + " %";
            }
        return verdict;
    }

private:
    std::int64_t m_steps = 0;
    std::array<double, events::phaseNames.size()> m_phases{};
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    addScan(fields);
    all.add<Rule>("OverallFrameworkMetrics", "What steps are made of",
                  "Tells what the time of the steps goes into; never fires.", fields);
}

}
