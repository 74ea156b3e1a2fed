// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace core::debug::profile_rules::step_outlier {

namespace {

struct Spec : ScanSpec {
    double stddev = 3;
    std::string mode = "TRAIN";
    std::int64_t nOutliers = 10;
};

class Rule final : public ScannedRule<Spec> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::StepTimes& times) override
    {
        for (std::size_t i = 0; i < times.durations.size(); ++i) {
            m_durations.push_back({times.step + std::int64_t(i), double(times.durations[i])});
            if (m_durations.size() > mostPoints)
                m_durations.pop_front();
        }
    }

    // Steps that took far longer than the others, with the standard deviation of all (ddof 0).
    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        constexpr std::int64_t fewest = 100;
        const auto points = std::int64_t(m_durations.size());
        ProfileVerdict verdict{.threshold = double(m_spec.nOutliers), .points = points, .needed = fewest};
        if (points <= fewest)
            return verdict;
        double mean = 0, squares = 0;
        for (const auto& [step, seconds] : m_durations)
            mean += seconds / double(points);
        for (const auto& [step, seconds] : m_durations)
            squares += (seconds - mean) * (seconds - mean);
        const double limit = mean + m_spec.stddev * std::sqrt(squares / double(points));
        std::int64_t last = -1;
        for (const auto& [step, seconds] : m_durations)
            if (seconds > limit) {
                ++verdict.violations;
                last = step;
            }
        verdict.value = double(verdict.violations);
        verdict.triggered = verdict.violations > m_spec.nOutliers;
        verdict.message = std::to_string(verdict.violations) + " of " + std::to_string(points) +
                          " steps took longer than " + figure(1000 * limit) + " ms, where " + figure(1000 * mean) +
                          " ms are usual; the last of them is step " + std::to_string(last);
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts&) const override
    {
        return {{"Look in the timeline at what the processor, the disk and the slowest steps did then."}};
    }

private:
    std::deque<std::pair<std::int64_t, double>> m_durations;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    fields
        .add("stddev", &Spec::stddev, base::Real{0},
             {"A step that takes so many standard deviations longer than the mean is an outlier.",
              "duration > mean + stddev · σ"})
        .add("mode", &Spec::mode, base::Choice{{"TRAIN"}}, {"The steps that count: those of the training."})
        .add("n_outliers", &Spec::nOutliers, base::Int{0}, {"So many of them are nothing special."}, {.unit = "steps"});
    addScan(fields);
    all.add<Rule>("StepOutlier", "Some steps take long", "Some steps take far longer than the others.", fields);
}

}
