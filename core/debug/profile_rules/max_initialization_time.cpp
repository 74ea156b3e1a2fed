// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

namespace core::debug::profile_rules::max_initialization_time {

namespace {

struct Spec : ScanSpec {
    double threshold = 20;
};

class Rule final : public ScannedRule<Spec> {
public:
    using ScannedRule::ScannedRule;
    bool latches() const override { return false; }

    void see(const events::SystemSample&) override { ++m_points; }
    void see(const events::StepTimes& times) override { m_steps += times.count; }

    ProfileVerdict judge(const ProfileFacts& facts, double now) override
    {
        const double minutes = (now - facts.begun) / 60;
        ProfileVerdict verdict{.value = minutes, .threshold = m_spec.threshold, .points = m_points};
        verdict.triggered = m_steps == 0 && minutes > m_spec.threshold;
        verdict.violations = verdict.triggered;
        if (verdict.triggered)
            verdict.message = "no step was done in the first " + figure(minutes) + " minutes";
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        const base::Value* mode = facts.spec.at("data.mode");
        if (mode && mode->text() == "file")
            return {{"Stream the rows: training starts at once.", {{"data.mode", "pipe"}}}};
        return {{"Copy the data to a faster disk."}};
    }

private:
    std::int64_t m_points = 0, m_steps = 0;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    fields.add("threshold", &Spec::threshold, base::Real{0}, {"Minutes before the first step that are too many."},
               {.unit = "min"});
    addScan(fields);
    all.add<Rule>("MaxInitializationTime", "Takes long to begin", "It takes too long until the first step.", fields);
}

}
